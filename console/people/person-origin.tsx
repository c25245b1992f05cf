import { useQuery } from '@tanstack/react-query'
import type { PersonChange } from '../../client/records.ts'
import type { Profile } from '../../client/wire.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { records } from '../live/records.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useStatuses } from '../settings/use-people-settings.ts'
import style from './person.module.css'
import { PersonLink } from './person-link.tsx'

interface StatusProps {
  statusId: string | null
  may: boolean
  put(part: PersonChange): void
}

/** In what state they are, in the words of the business; with none to choose there is nothing to see. */
export const StatusField = ({ statusId, may, put }: StatusProps) => {
  const statuses = [...(useStatuses().data?.items ?? [])].sort((a, b) => a.order - b.order)
  if (statuses.length === 0) return null
  const isKnown = statusId === null || statuses.some(({ id }) => id === statusId)
  return (
    <label>
      Status
      <select
        disabled={!may}
        value={statusId ?? ''}
        onChange={({ target }) => put({ statusId: target.value === '' ? null : target.value })}
      >
        <option value="">None</option>
        {!isKnown && <option value={statusId ?? ''}>One that is deleted</option>}
        {statuses.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

const acquisitionWords = {
  channel: 'Channel',
  campaign: 'Campaign',
  medium: 'Medium',
  content: 'Content',
  landing: 'First page',
}

/** How they were found, by whom they came, and whom they brought. */
export const OriginPart = ({ profile }: { profile: Profile }) => {
  const { userId, source, acquisition, referrerId } = profile
  const facts = Object.entries(acquisition ?? {}).filter(([, value]) => value !== '')
  return (
    <section aria-labelledby="origin" className={style.part}>
      <h2 id="origin">Where they came from</h2>
      <dl className={page.facts}>
        <div>
          <dt>Source</dt>
          <dd>
            <bdi>{source || 'not known'}</bdi>
          </dd>
        </div>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{acquisitionWords[name as keyof typeof acquisitionWords]}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
        {referrerId !== null && (
          <div>
            <dt>Brought by</dt>
            <dd>
              <Named userId={referrerId} />
            </dd>
          </div>
        )}
      </dl>
      <Referrals userId={userId} code={profile.referralCode} />
    </section>
  )
}

const Named = ({ userId }: { userId: string }) => {
  const { data } = useQuery({ queryKey: ['person', userId, 'name'], queryFn: () => records.get(userId) })
  return (
    <PersonLink userId={userId}>
      <bdi>{data?.name || 'Somebody without a name'}</bdi>
    </PersonLink>
  )
}

const shownMax = 20

const Referrals = ({ userId, code }: { userId: string; code: string | null }) => {
  const { data } = useQuery({ queryKey: ['referrals', userId, code], queryFn: () => records.referrals(userId) })
  const may = mayIn(useSession(), 'people.write')
  const { failed, isBusy, ...doing } = useDoing()
  const brought = data?.userIds ?? []
  return (
    <>
      {code !== null && (
        <p>
          Their code, by which they bring others: <code>{code}</code>
        </p>
      )}
      {code === null && may && (
        <div className={style.line}>
          <Button disabled={isBusy} onClick={() => void doing.do(() => records.giveReferralCode(userId))}>
            Give them a referral code
          </Button>
        </div>
      )}
      {failed && <Trouble error={failed} what="They have no code." />}
      {brought.length > 0 && (
        <>
          <h3 id="brought">{brought.length === 1 ? 'They brought one' : `They brought ${String(brought.length)}`}</h3>
          <ul className={page.plain} aria-labelledby="brought">
            {brought.slice(0, shownMax).map((id) => (
              <li key={id}>
                <Named userId={id} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
