import { useEffect, useMemo, useState } from 'react'
import type { Answer } from '../../client/live-stream.ts'
import type { StreamName } from '../../client/streams/index.ts'
import type { Signal, StreamEvent } from '../../client/wire.ts'
import { careline } from '../live/careline.ts'

export type Taped = { nth: number; event: StreamEvent } | { nth: number; signal: Signal }

export interface Tape {
  /** Newest first. */
  entries: readonly Taped[]
  /** How many have come, those that are cleared away or forgotten included. */
  count: number
  seq: number | undefined
  /** Why there is nothing to see, or less than was asked for. */
  notice: string | undefined
}

// More than anybody reads, and little enough for a tab that stays open all day.
const entriesMax = 500
const blank: Tape = { entries: [], count: 0, seq: undefined, notice: undefined }

/**
 * Everything that comes over one stream while this is on the screen, and with `from` what the log has since that `seq`.
 * `isPaused` keeps what is shown as it is; `clear` begins anew.
 */
export function useTape(stream: StreamName, from: number | undefined, isPaused: boolean) {
  const [tape, setTape] = useState<Tape>(blank)
  const [held, setHeld] = useState<Tape>()
  useEffect(() => watch(stream, from, setTape), [stream, from])
  useEffect(() => setHeld((before) => (isPaused ? (before ?? tape) : undefined)), [isPaused, tape])
  const shown = isPaused ? (held ?? tape) : tape
  return useMemo(
    () => ({
      ...shown,
      /** What came while it stood still. */
      waiting: tape.count - shown.count,
      clear() {
        setTape((before) => ({ ...before, entries: [], notice: undefined }))
        setHeld(undefined)
      },
    }),
    [shown, tape],
  )
}

/** The answer ends it. */
function watch(stream: StreamName, from: number | undefined, set: (next: (before: Tape) => Tape) => void) {
  set(() => blank)
  const handle = careline().open(stream)
  let nth = 0
  let isOver = false
  const note = (change: (before: Tape) => Partial<Tape> = () => ({})) => {
    const now = { seq: handle.seq(), ...(handle.error() && { notice: handle.error()?.title }) }
    if (!isOver) set((before) => ({ ...before, ...now, ...change(before), count: nth }))
  }
  const put = (entry: Taped) => note(({ entries }) => ({ entries: [entry, ...entries].slice(0, entriesMax) }))
  const stop = handle.subscribe(({ event, signal }) => {
    if (event) put({ nth: ++nth, event })
    else if (signal) put({ nth: ++nth, signal })
    else note()
  })
  const recall = async (since: number) => {
    await handle.ready()
    const answer = await careline().past(stream, since)
    note((before) => joined(before.entries, answer, () => ++nth))
  }
  note()
  if (from !== undefined)
    recall(Math.max(0, from - 1)).catch((error: unknown) => {
      const notice = error instanceof Error ? error.message : String(error)
      note(() => ({ notice }))
    })
  return () => {
    isOver = true
    stop()
    handle.close()
  }
}

/** What was before, under what has come since; what is in both stands once. */
function joined(entries: readonly Taped[], answer: Answer, next: () => number): Partial<Tape> {
  if ('error' in answer) return { notice: answer.error.title }
  if ('snapshot' in answer) return { notice: `The log does not reach back that far: it begins after ${answer.seq}.` }
  const later = entries.filter((one) => !('event' in one) || one.event.seq > answer.seq)
  const past = answer.events.map((event): Taped => ({ nth: next(), event })).reverse()
  return { entries: [...later, ...past].slice(0, entriesMax) }
}
