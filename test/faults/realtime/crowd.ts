import { io, type Socket } from 'socket.io-client'
import { connect } from '../../../client/connect.ts'
import { until } from '../../harness/until.ts'
import type { Pair } from './pair.ts'
import type { Employee } from './people.ts'

/** What a colleague at another process saw of a crowd whose process died. */
export interface Fading {
  people: number
  /** Until the first and the last of them were offline, after the process was killed, ms. */
  firstMs: number
  lastMs: number
  /** People with another device elsewhere who were shown as offline at any time. */
  wrong: number
  /** People who were shown as offline and came back by themselves. */
  flaps: number
}

const seenMs = 120_000
const atOnce = 100

/** A socket that does not come back. */
function plug(url: string, token: string, device: string): Promise<Socket> {
  const socket = io(url, { auth: { token, device }, transports: ['websocket'], reconnection: false, forceNew: true })
  return new Promise((ready, refused) => {
    socket.once('hello', () => ready(socket))
    socket.once('connect_error', (error: Error & { data?: unknown }) => {
      refused(new Error(`${error.message} ${JSON.stringify(error.data)}`))
    })
  })
}

async function plugAll(url: string, people: readonly Employee[], device: string): Promise<Socket[]> {
  const sockets: Socket[] = []
  for (let at = 0; at < people.length; at += atOnce) {
    const some = people.slice(at, at + atOnce).map(({ token }) => plug(url, token, device))
    sockets.push(...(await Promise.all(some)))
  }
  return sockets
}

/**
 * All these people are at the first process, so many of them at the second one as well; the first is killed. Resolves when
 * the observer, at the second, sees only the others.
 */
export async function fade(pair: Pair, [observer, ...people]: readonly Employee[], both: number): Promise<Fading> {
  const [here, there] = pair.ours.map(({ url }) => url) as [string, string]
  const screen = connect({ url: there, token: () => observer?.token ?? '' })
  const inbox = screen.open(`inbox:${pair.staff.workspaceId}`)
  await inbox.ready()
  const now = () => inbox.signals().people
  const staying = new Set(people.slice(0, both).map(({ id }) => id))
  const going = people.slice(both).map(({ id }) => id)
  const sockets = await plugAll(here, people, 'desk')
  sockets.push(...(await plugAll(there, people.slice(0, both), 'phone')))
  await until(() => people.every(({ id }) => now()[id]?.devices === (staying.has(id) ? 2 : 1)), seenMs)

  const wentAt = new Map<string, number>()
  const flapped = new Set<string>()
  const wrong = new Set<string>()
  const stop = inbox.subscribe(() => {
    const seen = now()
    for (const id of going) {
      if (!seen[id] && !wentAt.has(id)) wentAt.set(id, performance.now())
      if (seen[id] && wentAt.has(id)) flapped.add(id)
    }
    for (const id of staying) if (!seen[id]) wrong.add(id)
  })
  pair.signal(0, 'SIGKILL')
  const killedAt = performance.now()
  await until(
    () => wentAt.size === going.length && people.slice(0, both).every(({ id }) => now()[id]?.devices === 1),
    seenMs,
  )
  stop()
  for (const socket of sockets) socket.close()
  screen.close()
  const times = [...wentAt.values()].map((at) => at - killedAt)
  return {
    people: people.length,
    firstMs: Math.min(...times),
    lastMs: Math.max(...times),
    wrong: wrong.size,
    flaps: flapped.size,
  }
}
