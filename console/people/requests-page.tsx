import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { PrivacyRequest } from '../../client/records.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { timesIn } from '../inbox/times.ts'
import { records } from '../live/records.ts'
import { useDoing } from '../live/use-doing.ts'
import { useNow } from '../live/use-now.ts'
import { pagesQuery, usePages } from '../live/use-page.ts'
import { useMembers, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { ChoiceField } from '../parts/fields.tsx'
import { More } from '../parts/more.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { Copied } from '../settings/copied.tsx'
import { Form } from '../settings/form.tsx'
import { Listed } from '../settings/listed.tsx'

// The server's name of what is kept stands in the key: a signal that one of them changed has them read anew.
const name = 'privacy-requests'
const requestsQuery = pagesQuery([name], (cursor) => records.privacyRequests(cursor))

const asks = { erasure: 'wants to be erased', export: 'wants their data' } as const
const reasons = [
  ['kept_by_law', 'The law has us keep it'],
  ['not_this_person', 'It is about somebody else'],
  ['done_before', 'It was done before'],
  ['misused', 'It is asked too often'],
] as const

/** What people ask for by the law: each is due within a month. */
export const RequestsPage = () => {
  const found = usePages(requestsQuery)
  const items = found.pages?.flatMap((one) => one.items) ?? []
  const { slug } = useSession().workspace
  useTitle('Requests')
  return (
    <div className={page.page}>
      <h1>Requests</h1>
      <p>
        People ask in the app, or by a code to their number or address, to be erased or for everything that you keep of
        them. You have a month to answer. Without the app they ask here; put it on your website, beside your privacy
        notice:
      </p>
      <Copied says="Address for people without the app" value={`${location.origin}/privacy/${slug}`} />
      <Listed
        says="Requests"
        items={found.pages && items}
        error={found.error}
        again={found.again}
        unread="The requests cannot be read."
        none="Nobody has asked for anything."
      >
        {(one) => <One key={one.id} one={one} />}
      </Listed>
      <More found={found} />
    </div>
  )
}

function useName(userId: string) {
  const { data } = useQuery({ queryKey: ['person', userId], queryFn: () => records.get(userId) })
  if (!data) return '…'
  return data.name || (data.erasedAt === null ? 'Without a name' : 'Somebody who was erased')
}

const One = ({ one }: { one: PrivacyRequest }) => {
  const { id, userId, kind, status, via } = one
  const called = useName(userId)
  const [isRefusing, setRefusing] = useState(false)
  const { failed, isBusy, ...doing } = useDoing()
  const cache = useQueryClient()
  const renewed = () => cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes(name) })
  return (
    <li data-quiet={status === 'open' ? undefined : true}>
      <span>
        <b>
          <bdi>{called}</bdi> {asks[kind]}
        </b>
        <small>
          {via === 'app' ? 'signed in to the app' : 'by a code to their number or address'} · <Stands one={one} />
        </small>
      </span>
      {status === 'open' && (
        <>
          <Link
            to="/person/$userId"
            params={{ userId }}
            search={{ tab: 'data' }}
            aria-label={kind === 'erasure' ? `Erase them …: ${called}` : `Gather it …: ${called}`}
          >
            {kind === 'erasure' ? 'Erase them …' : 'Gather it …'}
          </Link>
          {kind === 'export' && (
            <Button
              tone="quiet"
              aria-label={`They have it: ${called}`}
              disabled={isBusy}
              onClick={() => void doing.do(() => records.answerRequest(id).finally(renewed))}
            >
              They have it
            </Button>
          )}
          <Button
            tone="quiet"
            aria-label={`Refuse what ${called} asks`}
            aria-expanded={isRefusing}
            onClick={() => setRefusing(!isRefusing)}
          >
            Refuse
          </Button>
        </>
      )}
      {isRefusing && status === 'open' && <Refuse id={id} renewed={renewed} />}
      {failed && <Trouble error={failed} what="It is still open." />}
    </li>
  )
}

const Stands = ({ one }: { one: PrivacyRequest }) => {
  const { status, askedAt, dueAt, settledAt, settledBy, reason } = one
  const times = timesIn(useSession().workspace.timezone)
  const now = useNow(30_000)
  const { nameOf } = useMembers()
  if (status === 'open') {
    const isLate = Date.parse(dueAt) < now
    return (
      <>
        asked <time dateTime={askedAt}>{times.full(askedAt)}</time>, {isLate ? 'was due' : 'due'}{' '}
        <time dateTime={dueAt}>{times.full(dueAt)}</time>
      </>
    )
  }
  const at = settledAt ?? askedAt
  const when = <time dateTime={at}>{times.full(at)}</time>
  if (status === 'withdrawn') return <>they asked no longer, {when}</>
  const who = settledBy?.startsWith('mem_') && (
    <>
      , by <bdi>{nameOf(settledBy)}</bdi>
    </>
  )
  const why = reasons.find(([code]) => code === reason)?.[1]
  return (
    <>
      {status === 'done' ? 'done' : `refused: ${why ?? ''}`}, {when}
      {who}
    </>
  )
}

const Refuse = ({ id, renewed }: { id: string; renewed: () => Promise<unknown> }) => {
  const [reason, setReason] = useState<(typeof reasons)[number][0]>('kept_by_law')
  return (
    <Form says="Refuse it" submit={() => records.refuseRequest(id, reason).finally(renewed)} what="It is still open.">
      <ChoiceField says="Why; they see it in the app" value={reason} options={reasons} change={setReason} />
    </Form>
  )
}
