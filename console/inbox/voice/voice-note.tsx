import { IconMicrophone } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { Button } from '../../parts/button.tsx'
import { useKeys } from '../../shell/keys.ts'
import { recordingMaxMs, type Step, useRecording } from './use-recording.ts'
import style from './voice.module.css'

interface Props {
  /** What was said; it can be listened to before it goes. */
  done: (file: File) => void
  leave: () => void
}

/** Records what is said into the microphone. */
export const VoiceNote = ({ done, leave }: Props) => {
  const { now, stop, again } = useRecording(done)
  const isRecording = now.step === 'recording'
  useKeys({ back: isRecording ? () => void stop() : leave, ...(isRecording && nowhere) })
  return (
    <section className={style.note} aria-label="Voice note" data-step={now.step}>
      <IconMicrophone size={18} stroke={1.8} aria-hidden="true" />
      {now.step === 'recording' ? <Sounding now={now} /> : <Words now={now} />}
      {isRecording && <Stop stop={() => void stop()} />}
      {now.step === 'refused' && <Button onClick={again}>Try again</Button>}
      {now.step !== 'finishing' && (
        <Button tone="quiet" onClick={leave}>
          {isRecording ? 'Discard' : 'Leave it'}
        </Button>
      )}
      <p className="unseen" role="status">
        {spoken(now)}
      </p>
    </section>
  )
}

const stay = () => undefined
/** A letter that slips would lead elsewhere, and what was said would be gone. */
const nowhere = {
  ...{ next: stay, previous: stay, inbox: stay, mentions: stay, queue: stay, people: stay, find: stay, phones: stay },
  ...{ operations: stay, settings: stay, write: stay, note: stay },
}

const Stop = ({ stop }: { stop: () => void }) => {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => button.current?.focus(), [])
  return (
    <Button ref={button} tone="main" onClick={stop}>
      Stop
    </Button>
  )
}

const Sounding = ({ now }: { now: Extract<Step, { step: 'recording' }> }) => (
  <>
    <span className={style.level} aria-hidden="true">
      <i style={{ inlineSize: `${(now.loudness * 100).toFixed(0)}%` }} />
    </span>
    <span className="figures">
      {clock(now.ms)}
      <span className={style.of}> of {clock(recordingMaxMs)}</span>
    </span>
    {now.isSilent && <span className={style.silent}>Nothing is heard. Is the microphone switched off?</span>}
  </>
)

const Words = ({ now }: { now: Step }) => {
  if (now.step === 'refused')
    return (
      <p className={style.why} role="alert">
        {now.why}
      </p>
    )
  return <p>{now.step === 'asking' ? 'The browser asks whether it may listen.' : 'One moment'}</p>
}

/** What whoever cannot see it hears of it; no more often than something happens. */
function spoken(now: Step) {
  if (now.step !== 'recording') return ''
  if (now.isSilent) return 'Nothing is heard. Is the microphone switched off?'
  return recordingMaxMs - now.ms < 30_000 ? 'Half a minute is left.' : 'Recording. Escape stops.'
}

function clock(ms: number) {
  const seconds = Math.floor(ms / 1_000)
  return `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`
}
