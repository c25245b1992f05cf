import { isUntilResolved } from '../../kernel/pause.ts'
import { api } from '../live/careline.ts'
import { useDoing } from '../live/use-doing.ts'
import { useNow } from '../live/use-now.ts'
import { useSession } from '../live/use-session.ts'
import style from './thread.module.css'
import { timesIn, type Times } from './times.ts'

/** While people speak, machines are silent: until when, and the way to let them speak again. */
export const Paused = ({ conversationId, until }: { conversationId: string; until: string | null }) => {
  const now = useNow(30_000)
  const times = timesIn(useSession().workspace.timezone)
  const { failed, isBusy, ...doing } = useDoing()
  if (until === null || Date.parse(until) <= now) return null
  const resume = () => doing.do(() => api.conversations.resumeAutomation(conversationId))
  return (
    <p className={style.paused}>
      <span>
        Automation is silent until{' '}
        <span className="figures">{isUntilResolved(until) ? 'this is resolved' : soon(times, until, now)}</span>
      </span>
      <button type="button" disabled={isBusy} onClick={() => void resume()}>
        Resume
      </button>
      {failed && <span role="alert">{failed.message}</span>}
    </p>
  )
}

const dayMs = 86_400_000

function soon(times: Times, at: string, now: number) {
  const day = times.day(at, now)
  if (day === 'Today') return times.clock(at)
  return day === times.day(now + dayMs, now) ? `tomorrow, ${times.clock(at)}` : times.full(at)
}
