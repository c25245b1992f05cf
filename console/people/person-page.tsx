import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Profile } from '../../client/wire.ts'
import { Avatar } from '../inbox/avatar.tsx'
import { Trouble } from '../inbox/trouble.tsx'
import { records } from '../live/records.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { useStream } from '../live/use-stream.ts'
import { Button } from '../parts/button.tsx'
import { useHereInSight } from '../parts/in-sight.ts'
import page from '../parts/page.module.css'
import { Remarks } from '../parts/remarks.tsx'
import { useTitle } from '../shell/use-title.ts'
import { ConsentsPart } from './consents.tsx'
import { AboutPart, AddressesPart, TagsPart } from './person-about.tsx'
import { FilesPart } from './person-files.tsx'
import { OriginPart } from './person-origin.tsx'
import { Merges, MergeWizard } from './person-merge.tsx'
import { DataPart, PrivatePart } from './person-private.tsx'
import { TimelinePart } from './person-timeline.tsx'
import style from './person.module.css'
import { useWriteTo } from './use-write-to.ts'
import { stageWords } from './words.ts'

const tabs = [
  { tab: 'about', says: 'About' },
  { tab: 'timeline', says: 'Timeline' },
  { tab: 'files', says: 'Files', needs: 'conversations.read' },
  { tab: 'consents', says: 'Consents' },
  { tab: 'merges', says: 'Merges' },
  { tab: 'private', says: 'Sensitive', needs: 'people.sensitive' },
  { tab: 'data', says: 'Their data', needs: 'people.erase' },
] as const

/** Everything about one person. Whoever was merged is shown as the one who stands for both. */
export const PersonPage = () => {
  const { userId } = useParams({ from: '/shell/staff/person/$userId' })
  const { data, error, refetch } = useStream(`user:${userId}`)
  const navigate = useNavigate()
  const winner = data?.aliasOf ?? null
  useEffect(() => {
    if (winner !== null) void navigate({ to: '/person/$userId', params: { userId: winner }, replace: true })
  }, [winner, navigate])
  useTitle(data?.name || 'A person')
  return (
    <div className={page.page}>
      {error && !data && <Trouble error={error} what="This person cannot be shown." again={() => void refetch()} />}
      {data && winner === null && <Person key={userId} userId={userId} profile={data} />}
    </div>
  )
}

const Person = ({ userId, profile }: { userId: string; profile: Profile }) => {
  const { tab = 'about', merge } = useSearch({ from: '/shell/staff/person/$userId' })
  const navigate = useNavigate()
  const session = useSession()
  const timeline = useStream(`user.timeline:${userId}`)
  const show = (next: string) => void navigate({ to: '/person/$userId', params: { userId }, search: { tab: next } })
  const shown = tabs.filter((one) => !('needs' in one) || mayIn(session, one.needs))
  return (
    <>
      <Head userId={userId} profile={profile} />
      {profile.erasedAt !== null && <p className={style.warn}>This person was erased: nothing of them is kept.</p>}
      <div ref={useHereInSight<HTMLDivElement>()} className={style.tabs} role="tablist" aria-label="About this person">
        {shown.map((one) => (
          <button
            key={one.tab}
            type="button"
            role="tab"
            id={`tab-${one.tab}`}
            aria-selected={tab === one.tab}
            aria-controls="panel"
            onClick={() => show(one.tab)}
          >
            {one.says}
          </button>
        ))}
      </div>
      <div id="panel" role="tabpanel" aria-labelledby={`tab-${tab}`} className={style.part}>
        {tab === 'about' && (
          <>
            <AboutPart profile={profile} />
            <AddressesPart profile={profile} />
            <TagsPart profile={profile} />
            <OriginPart profile={profile} />
            <Remarks kind="person" recordId={userId} about={profile.name} />
          </>
        )}
        {tab === 'timeline' && <TimelinePart userId={userId} rev={timeline.data?.items.length ?? 0} />}
        {tab === 'files' && <FilesPart userId={userId} />}
        {tab === 'consents' && <ConsentsPart userId={userId} />}
        {tab === 'merges' && <MergesPart userId={userId} merge={merge} leave={() => show('merges')} />}
        {tab === 'private' && <PrivatePart userId={userId} rev={profile.privateRev} />}
        {tab === 'data' && <DataPart profile={profile} />}
      </div>
    </>
  )
}

const MergesPart = ({ userId, merge, leave }: { userId: string; merge: string | undefined; leave: () => void }) => (
  <>
    {merge !== undefined && <MergeWizard winnerId={userId} loserId={merge} leave={leave} />}
    <Merges userId={userId} />
    {merge === undefined && (
      <p className={page.none}>
        Who may be the same person stands under <Link to="/people/duplicates">Duplicates</Link>.
      </p>
    )}
  </>
)

/** What the figure means; of what it is made stands behind it. */
function inTouch(score: number) {
  if (score >= 60) return `closely in touch (${String(score)})`
  if (score >= 30) return `in touch (${String(score)})`
  return score > 0 ? `hardly in touch (${String(score)})` : 'not in touch yet'
}

/** With whoever never wrote, too. */
const Conversation = ({ userId }: { userId: string }) => {
  const writeTo = useWriteTo()
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <>
      <Button disabled={isBusy} onClick={() => void doing.do(() => writeTo(userId))}>
        Conversation
      </Button>
      {failed && <Trouble error={failed} what="There is no conversation with them." />}
    </>
  )
}

const Head = ({ userId, profile }: { userId: string; profile: Profile }) => {
  const { name, stage, engagement, isBlocked, archivedAt } = profile
  const { parts, score } = engagement
  const may = mayIn(useSession(), 'people.write')
  const { failed, isBusy, ...doing } = useDoing()
  const why = `Of 100 points: ${String(parts.recency)} of 40 for how lately they wrote, ${String(parts.days)} of 30 for on how many days, ${String(parts.ways)} of 15 for by how many ways they can be reached, ${String(parts.rating)} of 15 for how they rated you`
  return (
    <header className={style.head}>
      <Avatar name={name} size={48} />
      <span className={style.who}>
        <h1>
          <bdi>{name || 'Without a name'}</bdi>
        </h1>
        <small>
          {stageWords[stage]} ·{' '}
          <span title={why}>
            {inTouch(score)}
            <span className="unseen"> ({why})</span>
          </span>
        </small>
      </span>
      <Conversation userId={userId} />
      {may && profile.erasedAt === null && (
        <>
          <Button
            tone={archivedAt === null ? 'quiet' : 'edge'}
            disabled={isBusy}
            onClick={() => void doing.do(() => (archivedAt === null ? records.archive : records.unarchive)(userId))}
          >
            {archivedAt === null ? 'Archive' : 'Take back'}
          </Button>
          <Button
            tone={isBlocked ? 'edge' : 'quiet'}
            disabled={isBusy}
            onClick={() => void doing.do(() => (isBlocked ? records.unblock(userId) : records.block(userId, '')))}
          >
            {isBlocked ? 'Let them write again' : 'Block'}
          </Button>
        </>
      )}
      <Standing profile={profile} />
      {failed && <Trouble error={failed} what="This did not change." />}
    </header>
  )
}

/** What everybody who writes to them must know. */
const Standing = ({ profile: { isBlocked, isRestricted, archivedAt } }: { profile: Profile }) => (
  <>
    {isBlocked && (
      <p className={style.warn}>Blocked: what they write is kept and in nobody’s unread; nothing goes to them.</p>
    )}
    {isRestricted && (
      <p className={style.warn}>
        What is known of them rests: only what staff answer goes to them, and no machine speaks.
      </p>
    )}
    {archivedAt !== null && (
      <p className={style.warn}>Archived: they are in no list, and only answers go to them, until they write again.</p>
    )}
  </>
)
