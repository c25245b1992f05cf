import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { timesIn } from '../inbox/times.ts'
import { useDoing } from '../live/use-doing.ts'
import { useNow } from '../live/use-now.ts'
import { CallLine, calledAs } from './call-line.tsx'
import { KeptPage, keptQuery } from './kept-page.tsx'
import { type SimulatedLine, type SimulatedText, texts, writeText } from './phone-api.ts'
import style from './texts.module.css'

const textsQuery = keptQuery('texts', texts)
const became: Record<SimulatedText['status'], string> = {
  queued: 'waiting',
  sent: 'on its way',
  delivered: 'delivered',
  undelivered: 'not delivered',
  received: 'sent',
}

/** The telephones that simulated SMS reaches: codes are read here, and businesses are written to. */
export const TextsPage = () => (
  <KeptPage
    title="Texts"
    gate="Texts"
    query={textsQuery}
    says="SMS and calls as people see them, sign-in codes among them; nothing has left this server."
  >
    {(data) => data && <Texts {...data} />}
  </KeptPage>
)

const Texts = ({ lines, texts }: { lines: SimulatedLine[]; texts: SimulatedText[] }) => {
  const threads = threadsOf(texts)
  return (
    <>
      {lines.length > 0 && <Write lines={lines} />}
      {threads.length === 0 && <p className={style.none}>No text has been written yet.</p>}
      {lines.length === 0 && (
        <p className={style.none}>
          To write from here, connect a simulated number under <Link to="/settings/channels">Settings, Channels</Link>:
          “SMS by Twilio”, with “Simulate it” on.
        </p>
      )}
      <ul className={style.threads}>
        {threads.map(({ key, ...thread }) => (
          <Thread key={key} {...thread} line={lines.find(({ number }) => number === thread.number)} />
        ))}
      </ul>
    </>
  )
}

interface ThreadOf {
  key: string
  person: string
  number: string
  /** Oldest first. */
  texts: SimulatedText[]
}

/** One per person and number, the one with the latest text first. */
function threadsOf(texts: SimulatedText[]): ThreadOf[] {
  const found = new Map<string, ThreadOf>()
  for (const text of texts) {
    const [person, number] = text.direction === 'in' ? [text.from, text.to] : [text.to, text.from]
    const key = `${person} ${number}`
    const thread = found.get(key) ?? { key, person, number, texts: [] }
    found.set(key, thread)
    thread.texts.unshift(text)
  }
  return [...found.values()]
}

const Thread = ({ person, number, texts, line }: Omit<ThreadOf, 'key'> & { line: SimulatedLine | undefined }) => (
  <li className={style.thread}>
    <h2 className="figures">
      <bdi>{person}</bdi>
      <small>
        with <bdi>{line?.name ?? number}</bdi>
      </small>
    </h2>
    <ol className={style.said} aria-label={`Texts of ${person}`}>
      {texts.map((text) => (
        <OneText key={text.id} {...text} />
      ))}
    </ol>
    {line && <Answer from={person} to={line.number} />}
    {line && <CallLine says={`Call from ${person}`} from={person} to={line.number} queryKey={textsQuery.queryKey} />}
  </li>
)

const OneText = (one: SimulatedText) => {
  const { text, status, errorCode, at, direction = 'out', files = [] } = one
  const now = useNow(30_000)
  const times = timesIn(Intl.DateTimeFormat().resolvedOptions().timeZone)
  return (
    <li data-mine={direction === 'in' || undefined}>
      {files.map((file, index) => (
        <OneFile key={index} file={file} />
      ))}
      {text !== '' && <p>{text}</p>}
      <small>
        {calledAs(one) ?? became[status]}
        {errorCode !== null && ` (${String(errorCode)})`}, <span className="figures">{times.ago(at, now)}</span>
      </small>
    </li>
  )
}

const OneFile = ({ file }: { file: string }) => {
  if (file.startsWith('data:image/')) return <img src={file} alt="A picture" />
  if (file.startsWith('data:audio/')) return <audio controls src={file} aria-label="What was said" />
  return (
    <a href={file} download>
      A file
    </a>
  )
}

/** What is written is sent; what was typed stays where it was not taken. */
function useWriting(address: { from: string; to: string }) {
  const cache = useQueryClient()
  const [text, setText] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      await writeText({ ...address, text })
      setText('')
      await cache.invalidateQueries({ queryKey: textsQuery.queryKey })
    })
  }
  return { text, setText, failed, isBusy, submit }
}

const Answer = ({ from, to }: { from: string; to: string }) => {
  const { text, setText, failed, isBusy, submit } = useWriting({ from, to })
  return (
    <form className={style.write} onSubmit={submit}>
      <input
        required
        dir="auto"
        maxLength={1_600}
        aria-label={`Text from ${from}`}
        placeholder="Text message"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit" disabled={isBusy}>
        Send
      </button>
      {failed && <p role="alert">It was not sent: {failed.message}</p>}
    </form>
  )
}

/** Somebody who has not written yet. */
const Write = ({ lines }: { lines: SimulatedLine[] }) => {
  const [from, setFrom] = useState('+4915112345678')
  const [to, setTo] = useState(lines[0]?.number ?? '')
  const { text, setText, failed, isBusy, submit } = useWriting({ from, to })
  return (
    <>
      <form className={style.fresh} onSubmit={submit} aria-label="Write a text">
        <label>
          From
          <input
            type="tel"
            required
            pattern="\+\d{6,15}"
            value={from}
            onChange={({ target }) => setFrom(target.value)}
          />
        </label>
        <label>
          To
          <select value={to} onChange={({ target }) => setTo(target.value)}>
            {lines.map(({ channelId, name, number }) => (
              <option key={channelId} value={number}>
                {name}, {number}
              </option>
            ))}
          </select>
        </label>
        <label>
          Text
          <input required dir="auto" maxLength={1_600} value={text} onChange={({ target }) => setText(target.value)} />
        </label>
        <button type="submit" disabled={isBusy}>
          Send
        </button>
        {failed && <p role="alert">It was not sent: {failed.message}</p>}
      </form>
      <div className={style.fresh}>
        <CallLine says="Call a number" from={from} to={to} queryKey={textsQuery.queryKey} />
      </div>
    </>
  )
}
