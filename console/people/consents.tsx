import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { Consent, ConsentChannel, ConsentEntry, ConsentPurpose, Consents } from '../../client/consents.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { consents } from '../live/consents.ts'
import { useDoing } from '../live/use-doing.ts'
import { pagesQuery, usePages } from '../live/use-page.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import style from './consents.module.css'

const channels: Record<ConsentChannel, string> = { whatsapp: 'WhatsApp', sms: 'SMS', email: 'E-mail', app: 'App' }
const purposes: Partial<Record<ConsentPurpose, string>> = {
  transactional: 'What they asked for',
  operational: 'What concerns their matters',
  marketing: 'Offers and news',
}
const reasons: Record<string, string> = {
  stop: 'they said STOP; only they can take it up again',
  complaint: 'they complained to their provider; only they can take it up again',
  hard_bounce: 'the address does not exist',
  manual: 'staff took the address out',
  import: 'a list of whom not to write to names it',
  erased: 'its owner was forgotten',
}

const consentsQuery = (userId: string) =>
  queryOptions({ queryKey: ['consents', userId], queryFn: () => consents.of(userId) })
const historyQuery = (userId: string) => pagesQuery(['consents', userId], (cursor) => consents.history(userId, cursor))

/** What somebody wants to get, what they no longer get, and what shows that they said so. */
export const ConsentsPart = ({ userId }: { userId: string }) => {
  const { data, error, refetch } = useQuery(consentsQuery(userId))
  const mayChange = mayIn(useSession(), 'people.write')
  return (
    <section aria-labelledby="consents" className={style.part}>
      <h2 id="consents">Consents</h2>
      {error && !data && <Trouble error={error} what="The consents cannot be read." again={() => void refetch()} />}
      {data && <Table data={data} />}
      {data && <Suppressions data={data} />}
      {mayChange && <Enter key={userId} userId={userId} />}
      <History userId={userId} />
    </section>
  )
}

const shownAs = (one: Consent | undefined, purpose: ConsentPurpose) => {
  if (one) return one.state === 'granted' ? 'Yes' : 'No'
  return purpose === 'marketing' ? 'Not asked: no' : 'Not said: yes'
}

const Table = ({ data: { items } }: { data: Consents }) => (
  <div className={style.scroll} tabIndex={0} role="group" aria-label="Consents by channel">
    <table>
      <thead>
        <tr>
          <th scope="col">Purpose</th>
          {Object.entries(channels).map(([channel, name]) => (
            <th key={channel} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Object.entries(purposes).map(([purpose, name]) => (
          <tr key={purpose}>
            <th scope="row">{name}</th>
            {Object.keys(channels).map((channel) => {
              const one = items.find((item) => item.channel === channel && item.purpose === purpose)
              return (
                <td key={channel} data-state={one?.state}>
                  {shownAs(one, purpose as ConsentPurpose)}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const Suppressions = ({ data: { suppressed } }: { data: Consents }) => (
  <ul className={style.suppressed}>
    {suppressed.map(({ channel, address, reason, at }) => (
      <li key={`${channel}/${address ?? ''}/${reason}`}>
        Nothing but answers goes out by {channels[channel]}
        {address !== null && (
          <>
            {' '}
            to <bdi>{address}</bdi>
          </>
        )}
        : {reasons[reason] ?? reason}. <time dateTime={at}>{at.slice(0, 10)}</time>
      </li>
    ))}
  </ul>
)

/** What they said to somebody, with the words of it: nothing is granted without. */
const Enter = ({ userId }: { userId: string }) => {
  const [said, setSaid] = useState({ channel: 'whatsapp', purpose: 'marketing', state: 'granted', text: '' })
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const { channel, purpose, state, text } = said
    const change = { channel, purpose, state } as Pick<Consent, 'channel' | 'purpose' | 'state'>
    void doing.do(async () => {
      const proof = { method: 'verbal' as const, ...(text.trim() !== '' && { text: text.trim() }) }
      cache.setQueryData(['consents', userId], await consents.set(userId, { changes: [change], proof }))
      setSaid({ ...said, text: '' })
      await cache.invalidateQueries({ queryKey: ['pages', 'consents', userId] })
    })
  }
  const pick = (name: 'channel' | 'purpose' | 'state', says: string, options: Record<string, string>) => (
    <label>
      {says}
      <select value={said[name]} onChange={({ target }) => setSaid({ ...said, [name]: target.value })}>
        {Object.entries(options).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <details className={style.enter}>
      <summary>Enter what they said</summary>
      <form onSubmit={submit}>
        {pick('channel', 'By', channels)}
        {pick('purpose', 'Of', purposes)}
        {pick('state', 'They said', { granted: 'yes', revoked: 'no' })}
        <label className={style.words}>
          What they agreed to, in its words
          <textarea
            rows={2}
            dir="auto"
            maxLength={2_000}
            required={said.state === 'granted'}
            value={said.text}
            onChange={({ target }) => setSaid({ ...said, text: target.value })}
          />
        </label>
        {failed && <Trouble error={failed} what="It was not kept." />}
        <Button type="submit" disabled={isBusy}>
          Keep it
        </Button>
      </form>
    </details>
  )
}

const History = ({ userId }: { userId: string }) => {
  const { pages, error, again, hasNextPage, more } = usePages(historyQuery(userId))
  const entries = pages?.flatMap(({ items }) => items) ?? []
  if (error && !pages) return <Trouble error={error} what="What was said before cannot be read." again={again} />
  if (entries.length === 0) return null
  return (
    <>
      <h3>What was said</h3>
      <ol className={style.history}>
        {entries.map((entry) => (
          <Entry key={entry._id} entry={entry} />
        ))}
      </ol>
      {hasNextPage && (
        <Button tone="quiet" onClick={more}>
          Show earlier ones
        </Button>
      )}
    </>
  )
}

const Entry = ({ entry: { channel, purpose, state, proof, by, at } }: { entry: ConsentEntry }) => {
  const times = timesIn(useSession().workspace.timezone)
  return (
    <li>
      <p>
        <b>{state === 'granted' ? 'Yes' : 'No'}</b> to {(purposes[purpose] ?? purpose).toLowerCase()} by{' '}
        {channels[channel]}, by {proof.method.replaceAll('_', ' ')}
        {by.role !== 'person' && ', entered by the business'}
      </p>
      {proof.text !== null && (
        <blockquote>
          <bdi>{proof.text}</bdi>
        </blockquote>
      )}
      <time dateTime={at}>{times.full(at)}</time>
    </li>
  )
}
