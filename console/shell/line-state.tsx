import { useOutbox, useStatus } from '../live/use-command.ts'
import { careline } from '../live/careline.ts'
import { isWritten } from '../live/written.ts'
import { useNow } from '../live/use-now.ts'
import style from './line-state.module.css'

const answers = (count: number) => (count === 1 ? '1 answer waits here' : `${count} answers wait here`)

/** Whether what is on the screen is how it is now. */
export const LineState = () => {
  const { state, open, behind } = useStatus()
  const unsent = useOutbox().filter(
    (entry) => isWritten(entry) && (entry.state === 'waiting' || entry.state === 'sending'),
  ).length
  return (
    <span className={style.state} data-state={state} role="status">
      <i aria-hidden="true" />
      {state === 'live' && 'Live'}
      {state === 'connecting' && 'Connecting'}
      {state === 'catching_up' && `Catching up, ${open - behind} of ${open}`}
      {state === 'offline' && (unsent > 0 ? `Offline, ${answers(unsent)}` : 'Offline')}
      {state === 'signed_out' && 'Signed out'}
    </span>
  )
}

/** Says, once it matters, that nothing is lost and when it goes on. */
export const OfflineStrip = () => {
  const { state, since, retryAt, isKept } = useStatus()
  const now = useNow(1_000)
  if (state !== 'offline' || now - since < 1_500) return null
  const seconds = retryAt === null ? 0 : Math.max(0, Math.ceil((retryAt - now) / 1_000))
  return (
    <div className={style.strip}>
      <span>
        No connection. What you write waits here and leaves by itself
        {seconds > 1 && <span className="figures">; next try in {seconds} s</span>}.
        {!isKept && <b> This browser has no room to keep it: leave this page open.</b>}
      </span>
      <button type="button" onClick={() => careline().reconnect()}>
        Try now
      </button>
    </div>
  )
}
