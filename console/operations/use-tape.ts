import { useEffect, useState } from 'react'
import type { StreamName } from '../../client/streams/index.ts'
import type { ShownError, Signal, StreamEvent } from '../../client/wire.ts'
import { careline } from '../live/careline.ts'

export type Taped = { nth: number; event: StreamEvent } | { nth: number; signal: Signal }

export interface Tape {
  /** Newest first. */
  entries: readonly Taped[]
  seq: number | undefined
  error: ShownError | undefined
}

// More than anybody reads, and little enough for a tab that stays open all day.
const entriesMax = 500
const blank: Tape = { entries: [], seq: undefined, error: undefined }

/** Everything that comes over one stream while this is on the screen. `isPaused` keeps what is shown as it is. */
export function useTape(stream: StreamName | undefined, isPaused: boolean): Tape {
  const [tape, setTape] = useState<Tape>(blank)
  useEffect(() => {
    setTape(blank)
    if (stream === undefined) return
    const handle = careline().open(stream)
    let nth = 0
    const note = (entry?: Taped) =>
      setTape(({ entries }) => ({
        entries: entry ? [entry, ...entries].slice(0, entriesMax) : entries,
        seq: handle.seq(),
        error: handle.error(),
      }))
    const stop = handle.subscribe(({ event, signal }) => {
      if (event) note({ nth: ++nth, event })
      else if (signal) note({ nth: ++nth, signal })
      else note()
    })
    note()
    return () => {
      stop()
      handle.close()
    }
  }, [stream])
  const [held, setHeld] = useState<Tape>()
  useEffect(() => setHeld((before) => (isPaused ? (before ?? tape) : undefined)), [isPaused, tape])
  return isPaused ? (held ?? tape) : tape
}
