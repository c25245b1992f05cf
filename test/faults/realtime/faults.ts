import type { Pair } from './pair.ts'

/** How long a fault lasts, ms: long in the full matrix. */
export interface Lengths {
  oneWayMs: number
  awayMs: number
  pauseMs: number
}
export const long: Lengths = { oneWayMs: 5_000, awayMs: 2_000, pauseMs: 10_000 }
export const brief: Lengths = { oneWayMs: 400, awayMs: 200, pauseMs: 1_800 }

export interface Fault {
  name: string
  /** Socket.IO alone loses events by it, so a control that loses none proves that nothing happened. */
  isLossy: boolean
  happens(pair: Pair, lengths: Lengths): Promise<void>
}

const pause = (ms: number) => new Promise<void>((later) => setTimeout(later, ms))

export const faults: readonly Fault[] = [
  { name: 'none', isLossy: false, happens: async () => undefined },
  {
    name: 'client dropped',
    isLossy: true,
    async happens(pair, { awayMs }) {
      for (let times = 0; times < 3; times++) {
        pair.dropClients(0.7)
        await pause(awayMs)
      }
    },
  },
  {
    name: 'one-way cut',
    isLossy: true,
    async happens(pair, { oneWayMs }) {
      for (const direction of ['down', 'up'] as const) {
        const end = pair.holdClients(0.5, direction)
        await pause(oneWayMs / 2)
        end()
      }
    },
  },
  {
    name: 'Redis links killed',
    isLossy: true,
    async happens(pair, { awayMs }) {
      for (let times = 0; times < 4; times++) {
        pair.cutRedisLinks()
        await pause(awayMs / 2)
      }
    },
  },
  { name: 'Redis restarted empty', isLossy: true, happens: (pair) => pair.restartRedis() },
  {
    name: 'node kill -9',
    isLossy: true,
    async happens(pair, { awayMs }) {
      pair.signal(0, 'SIGKILL')
      await pause(awayMs)
      await pair.start(0)
    },
  },
  {
    name: 'node SIGSTOP',
    isLossy: false, // What is sent to a process that stands still waits in the kernel and in Redis.
    async happens(pair, { pauseMs }) {
      pair.signal(1, 'SIGSTOP')
      await pause(pauseMs)
      pair.signal(1, 'SIGCONT')
    },
  },
  {
    name: 'rolling deploy',
    isLossy: true,
    async happens(pair) {
      for (const nth of [0, 1]) await pair.replace(nth)
    },
  },
]
