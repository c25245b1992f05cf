import { useEffect, useRef, useState } from 'react'
import { type Recording, startRecording, whyNoSound } from './recording.ts'

/** Nobody listens for longer; a voice note ends by itself then, and what was said is kept. */
export const recordingMaxMs = 5 * 60_000
const lookEveryMs = 100
/** Whoever has said nothing for so long may have a microphone that is switched off. */
const silentAfterMs = 3_000
const audible = 0.01

export type Step =
  | { step: 'asking' }
  | { step: 'recording'; ms: number; loudness: number; isSilent: boolean }
  | { step: 'finishing' }
  | { step: 'refused'; why: string }

/** From the question for the microphone to the file; leaving early discards what was said and frees the microphone. */
export function useRecording(done: (file: File) => void) {
  const [now, setNow] = useState<Step>({ step: 'asking' })
  const [tries, setTries] = useState(0)
  const recording = useRef<Recording>(null)
  const finished = useRef(done)
  useEffect(() => {
    finished.current = done
  })

  const stop = async () => {
    const ended = recording.current
    if (!ended) return
    recording.current = null
    setNow({ step: 'finishing' })
    try {
      finished.current(await ended.stop())
    } catch (error) {
      setNow({ step: 'refused', why: whyNoSound(error) })
    }
  }

  useEffect(() => {
    let isLeft = false
    let timer: ReturnType<typeof setInterval> | undefined
    void (async () => {
      try {
        const begun = await startRecording()
        if (isLeft) {
          begun.cancel()
          return
        }
        recording.current = begun
        begun.whenCut(() => void stop())
        timer = look(begun, setNow, () => void stop())
      } catch (error) {
        if (!isLeft) setNow({ step: 'refused', why: whyNoSound(error) })
      }
    })()
    return () => {
      isLeft = true
      clearInterval(timer)
      recording.current?.cancel()
      recording.current = null
    }
    // `stop` reads only what is current.
  }, [tries])

  return {
    now,
    stop,
    again: () => {
      setNow({ step: 'asking' })
      setTries(tries + 1)
    },
  }
}

function look(recording: Recording, tell: (step: Step | ((before: Step) => Step)) => void, end: () => void) {
  const since = performance.now()
  let loudest = 0
  return setInterval(() => {
    const ms = performance.now() - since
    const loudness = recording.loudness()
    loudest = Math.max(loudest, loudness)
    const isSilent = ms > silentAfterMs && loudest < audible
    // Once it has ended, the last look comes too late.
    tell((before) =>
      before.step === 'asking' || before.step === 'recording' ? { step: 'recording', ms, loudness, isSilent } : before,
    )
    if (ms >= recordingMaxMs) end()
  }, lookEveryMs)
}
