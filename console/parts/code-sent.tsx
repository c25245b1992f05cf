import type { CodeAsked, CodeOnItsWay, CodeWay } from '../../client/phones.ts'
import { useNow } from '../live/use-now.ts'
import { useWays } from '../sign-in/use-sign-in.ts'
import style from './code-sent.module.css'

const slot = 'careline.device'

/** What this browser is called where codes are counted: random, made once, and sent with nothing else. */
function deviceId(): string {
  const known = localStorage.getItem(slot)
  if (known) return known
  const made = crypto.randomUUID()
  localStorage.setItem(slot, made)
  return made
}

export const asking = (phone: string, channel: CodeWay): CodeAsked => ({
  phone: phone.trim(),
  channel,
  deviceId: deviceId(),
})

const names: Record<CodeWay, string> = { sms: 'SMS', whatsapp: 'WhatsApp' }

/** The ways in which codes can be had here. */
export function useCodeWays(): CodeWay[] {
  const { sms = false, whatsapp = false } = useWays().data ?? {}
  return [...(sms ? (['sms'] as const) : []), ...(whatsapp ? (['whatsapp'] as const) : [])]
}

interface WayProps {
  ways: readonly CodeWay[]
  way: CodeWay
  choose: (way: CodeWay) => void
}

/** Nothing to choose where there is one way. */
export const WayChoice = ({ ways, way, choose }: WayProps) =>
  ways.length < 2 ? null : (
    <div role="radiogroup" aria-label="By" className={style.choice}>
      <span aria-hidden>By</span>
      {ways.map((one) => (
        <label key={one}>
          <input type="radio" name="way" checked={one === way} onChange={() => choose(one)} />
          {names[one]}
        </label>
      ))}
    </div>
  )

/** When another code can be had; 0 when it can be had now, seconds otherwise. */
export function useSecondsTo({ resendAt }: CodeOnItsWay): number {
  const now = useNow(1_000)
  return Math.max(0, Math.ceil((Date.parse(resendAt) - now) / 1_000))
}
