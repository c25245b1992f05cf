import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useNow } from '../live/use-now.ts'
import { useMembers, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import settings from '../settings/settings.module.css'
import { api, careline } from '../live/careline.ts'
import { useTitle } from '../shell/use-title.ts'
import { timesIn } from './times.ts'
import { useAttention } from './use-attention.ts'
import type { Call } from '../../client/wire.ts'

/** What calls for one's attention: mentions in notes, and promises that are nearly or already broken. */
export const MentionsPage = () => {
  const { calls, unseen } = useAttention()
  useTitle('Mentions')
  const look = () => void careline().command('attention.look', {})
  return (
    <div className={page.page}>
      <h1>Mentions</h1>
      <p>{unseen === 0 ? 'You have seen everything.' : `${String(unseen)} you have not seen yet.`}</p>
      {unseen > 0 && (
        <p>
          <Button onClick={look}>Mark all as seen</Button>
        </p>
      )}
      {calls.length === 0 && <p className={page.none}>Nobody has asked for your attention yet.</p>}
      {calls.length > 0 && (
        <ul className={settings.rows} aria-label="Mentions">
          {calls.map((call) => (
            <One key={call.callId} call={call} />
          ))}
        </ul>
      )}
    </div>
  )
}

const says = {
  mentioned: 'mentioned you',
  sla_warning: 'A promise is nearly late',
  sla_breached: 'A promise is late',
  privacy_requested: 'Somebody asks for their data, or to be erased',
  privacy_due: 'A request has to be answered within a week',
} as const

const One = ({ call }: { call: Call }) => {
  const { nameOf } = useMembers()
  const times = timesIn(useSession().workspace.timezone)
  const now = useNow(30_000)
  const name = useQuery({
    queryKey: ['conversation', call.conversationId, 'name'],
    queryFn: () => api.conversations.get(call.conversationId).then((found) => found.name),
  }).data
  const { why, by, at, seenAt, conversationId } = call
  const what = why === 'mentioned' ? `${nameOf(by)} ${says[why]}` : says[why]
  return (
    <li>
      <span>
        {why.startsWith('privacy_') ? (
          <Link to="/people/requests">{seenAt === null ? <b>{what}</b> : what}</Link>
        ) : (
          <Link to="/inbox/$conversationId" params={{ conversationId }}>
            {seenAt === null ? <b>{what}</b> : what}
          </Link>
        )}
        <small>
          {name && (
            <>
              About <bdi>{name}</bdi>,{' '}
            </>
          )}
          <time dateTime={at} title={times.full(at)}>
            {times.ago(at, now)}
          </time>
        </small>
      </span>
    </li>
  )
}
