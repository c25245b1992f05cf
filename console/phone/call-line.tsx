import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useDoing } from '../live/use-doing.ts'
import { callNumber, type SimulatedText } from './phone-api.ts'
import style from './texts.module.css'

interface Props {
  /** What its buttons are for. */
  says: string
  from: string
  to: string
  queryKey: readonly unknown[]
}

/** Somebody calls the number: to hear what it says, or to leave a message after its tone. */
export const CallLine = ({ says, from, to, queryKey }: Props) => {
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const [heard, setHeard] = useState<string | null>(null)
  const call = (words?: string) =>
    void doing.do(async () => {
      const { status, hears, left } = await callNumber({ from, to, ...(words !== undefined && { says: words }) })
      const answered = status === 0 ? 'Nobody is there.' : hears.join(' ')
      setHeard(`${answered}${left ? ' (You left a message.)' : ''}`)
      await cache.invalidateQueries({ queryKey })
    })
  return (
    <div className={style.call} role="group" aria-label={says}>
      <button type="button" disabled={isBusy} onClick={() => call()}>
        Call
      </button>
      <button type="button" disabled={isBusy} onClick={() => call(tone())}>
        Call, and leave a message
      </button>
      <p role="status">{isBusy ? 'It rings' : (heard ?? '')}</p>
      {failed && <p role="alert">It did not ring: {failed.message}</p>}
    </div>
  )
}

const became: Readonly<Record<string, string>> = {
  queued: 'about to ring',
  ringing: 'rings',
  'in-progress': 'on the line',
  completed: 'call',
  busy: 'line busy',
  'no-answer': 'no answer',
  failed: 'call failed',
  canceled: 'call ended before it was taken',
}

/** What a call became, as its telephone shows it. */
export const calledAs = ({ call }: SimulatedText): string | undefined => call && (became[call.status] ?? call.status)

const rate = 8_000
const seconds = 2

/** Two seconds that swell and fade, as a WAV file in a data URL: a person of the simulation has no voice. */
function tone(): string {
  const size = rate * seconds
  const bytes = new DataView(new ArrayBuffer(44 + size))
  const words = (at: number, text: string) =>
    [...text].forEach((one, nth) => bytes.setUint8(at + nth, one.charCodeAt(0)))
  words(0, 'RIFF')
  bytes.setUint32(4, 36 + size, true)
  words(8, 'WAVEfmt ')
  bytes.setUint32(16, 16, true)
  bytes.setUint16(20, 1, true)
  bytes.setUint16(22, 1, true)
  bytes.setUint32(24, rate, true)
  bytes.setUint32(28, rate, true)
  bytes.setUint16(32, 1, true)
  bytes.setUint16(34, 8, true)
  words(36, 'data')
  bytes.setUint32(40, size, true)
  for (let at = 0; at < size; at++) {
    const loud = Math.abs(Math.sin((at / size) * Math.PI * 3)) * 100
    bytes.setUint8(44 + at, 128 + Math.round(loud * Math.sin((at * 2 * Math.PI * 330) / rate)))
  }
  const chars = Array.from(new Uint8Array(bytes.buffer), (one) => String.fromCharCode(one)).join('')
  return `data:audio/wav;base64,${btoa(chars)}`
}
