import { monotonicMs } from '../../../kernel/clock.ts'
import { complain, told } from './words.ts'

/** Whatever hangs by then is left behind; PM2 waits two seconds longer (`kill_timeout`). */
const drainMs = 15_000
const hurryMs = 1_000

/** Resolves when it was asked to stop, and has stopped. */
export function whenAsked(close: () => Promise<void>) {
  return new Promise<number>((ended) => {
    let askedAt: number | undefined
    const stop = () => {
      // Ctrl+C reaches us from the terminal and from npm: only what comes later is somebody in a hurry.
      if (askedAt !== undefined && monotonicMs() - askedAt > hurryMs) process.exit(1)
      if (askedAt !== undefined) return
      askedAt = monotonicMs()
      setTimeout(() => process.exit(1), drainMs).unref()
      close().then(
        () => ended(0),
        (error: unknown) => {
          complain(told(error))
          ended(1)
        },
      )
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}
