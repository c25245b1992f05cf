import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Words } from '../inbox/content/words.tsx'
import { timesIn } from '../inbox/times.ts'
import { useNow } from '../live/use-now.ts'
import { Button } from '../parts/button.tsx'
import { KeptPage, keptQuery } from './kept-page.tsx'
import style from './letters.module.css'
import {
  mails,
  oneClickOf,
  type MailLine,
  type SimulatedMail,
  unsubscribe,
  writeMail,
  type Written,
} from './mail-api.ts'
import write from './mails.module.css'

const mailsQuery = keptQuery('mails', mails)

/** The mail program of the simulation's people: they write to the business, and read what it writes. */
export const MailsPage = () => {
  const [draft, setDraft] = useState<Written>({ from: '', name: '', to: '', subject: '', text: '' })
  const answer = (mail: SimulatedMail) => setDraft({ ...draft, ...answerTo(mail) })
  return (
    <KeptPage
      title="Mails"
      gate="Mails"
      query={mailsQuery}
      says="What people write here reaches the inbox, and what the business mails them is read here."
    >
      {(data) => (
        <>
          {data?.lines.length === 0 ? (
            <p className={style.none}>
              No mailbox of this server is simulated. Connect one under{' '}
              <Link to="/settings/channels">Settings, Channels</Link>: “E-mail by Resend”, with “Simulate it” on.
            </p>
          ) : (
            <Write draft={draft} change={setDraft} lines={data?.lines ?? []} />
          )}
          <ul className={style.letters} aria-label="Mails">
            {data?.mails.map((mail) => (
              <One key={mail.id} mail={mail} answer={() => answer(mail)} />
            ))}
          </ul>
        </>
      )}
    </KeptPage>
  )
}

const addressIn = (text: string) => /<([^<>]+)>/.exec(text)?.[1] ?? text

/** Whoever got it answers whoever wrote it. */
const answerTo = ({ from, to, subject, headers }: SimulatedMail): Partial<Written> => ({
  from: addressIn(to),
  to: addressIn(from),
  subject: /^re:/i.test(subject) ? subject : `Re: ${subject}`,
  ...(headers?.['Message-ID'] && { answers: headers['Message-ID'] }),
})

interface WriteProps {
  draft: Written
  change: (draft: Written) => void
  lines: MailLine[]
}

const Write = ({ draft, change, lines }: WriteProps) => {
  const client = useQueryClient()
  const to = draft.to || (lines[0]?.mailbox ?? '')
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => writeMail({ ...draft, to }),
    onSuccess: () => {
      change({ from: draft.from, name: draft.name, to, subject: '', text: '' })
      return client.invalidateQueries(mailsQuery)
    },
  })
  const field = (name: 'from' | 'name' | 'subject') => ({
    value: draft[name],
    onChange: ({ target }: { target: { value: string } }) => change({ ...draft, [name]: target.value }),
  })
  return (
    <form
      className={write.form}
      aria-label="Write a mail"
      onSubmit={(event) => {
        event.preventDefault()
        mutate()
      }}
    >
      <label>
        From
        <input type="email" required maxLength={254} placeholder="nina@example.com" {...field('from')} />
      </label>
      <label>
        Name
        <input maxLength={200} placeholder="Nina Maier" {...field('name')} />
      </label>
      <label>
        To
        <select value={to} onChange={({ target }) => change({ ...draft, to: target.value })}>
          {lines.map(({ channelId, mailbox }) => (
            <option key={channelId}>{mailbox}</option>
          ))}
        </select>
      </label>
      <label>
        Subject
        <input maxLength={998} {...field('subject')} />
      </label>
      <label className={write.words}>
        Words
        <textarea
          required
          rows={4}
          maxLength={100_000}
          value={draft.text}
          onChange={({ target }) => change({ ...draft, text: target.value })}
        />
      </label>
      <Button type="submit" tone="main" disabled={isPending}>
        Send
      </Button>
      {error && <p role="alert">{error.message}</p>}
    </form>
  )
}

const Copies = ({ cc = [], bcc = [] }: SimulatedMail) => (
  <>
    {cc.length > 0 && <p className={style.about}>Copy to {cc.join(', ')}</p>}
    {bcc.length > 0 && <p className={style.about}>Blind copy to {bcc.join(', ')}</p>}
  </>
)

const One = ({ mail, answer }: { mail: SimulatedMail; answer: () => void }) => {
  const { from, to, subject, text, at, direction, files = [] } = mail
  const now = useNow(30_000)
  const times = timesIn(Intl.DateTimeFormat().resolvedOptions().timeZone)
  const link = oneClickOf(mail)
  const { mutate, isSuccess, error } = useMutation({ mutationFn: unsubscribe })
  return (
    <li data-direction={direction}>
      <h2 dir="auto">{subject || 'No subject'}</h2>
      <p className={style.about}>
        <bdi>{from}</bdi> to <bdi>{to}</bdi>, <span className="figures">{times.ago(at, now)}</span>
      </p>
      <Copies {...mail} />
      <Words text={text} />
      {files.length > 0 && <p className={style.about}>With {files.map(({ name }) => name).join(', ')}</p>}
      {direction === 'out' && (
        <p className={write.does}>
          <Button onClick={answer}>Answer</Button>
          {link && !isSuccess && <Button onClick={() => mutate(link)}>Unsubscribe</Button>}
          {isSuccess && <span role="status">Unsubscribed</span>}
        </p>
      )}
      {error && <p role="alert">{error.message}</p>}
    </li>
  )
}
