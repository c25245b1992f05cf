import { queryOptions, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { timesIn } from '../inbox/times.ts'
import { useNow } from '../live/use-now.ts'
import { usePlainTitle } from '../shell/use-title.ts'
import { KeyGate } from './key-gate.tsx'
import style from './letters.module.css'
import { PhoneError, phoneKey, type SimulatedText, texts } from './phone-api.ts'
import page from './phone.module.css'

const textsQuery = queryOptions({ queryKey: ['texts'], queryFn: texts, refetchInterval: 2_000, staleTime: 0 })
const became: Record<SimulatedText['status'], string> = {
  queued: 'waiting',
  sent: 'on its way',
  delivered: 'delivered',
  undelivered: 'not delivered',
}

/** The text messages that simulated SMS keeps instead of sending: codes are read here. */
export const TextsPage = () => {
  usePlainTitle('Texts')
  const [hasKey, setKey] = useState(() => phoneKey() !== null)
  return hasKey ? <Texts forget={() => setKey(false)} /> : <KeyGate enter={() => setKey(true)} />
}

const Texts = ({ forget }: { forget: () => void }) => {
  const { data, error, refetch } = useQuery({ ...textsQuery, retry: false })
  if (error instanceof PhoneError && error.status === 401) return <KeyGate isRefused enter={() => void refetch()} />
  return (
    <div className={page.page}>
      <header className={page.head}>
        <div>
          <h1>Texts</h1>
          <p>
            What Careline would have sent by SMS; nothing has left this server.{' '}
            <Link to="/letters">To the letters</Link> <Link to="/phone">To the phones</Link>
          </p>
        </div>
        {error && (
          <p role="alert">
            {error.message}{' '}
            <button type="button" className={page.again} onClick={forget}>
              Another key
            </button>
          </p>
        )}
      </header>
      {data?.length === 0 && <p className={style.none}>No text has been written yet.</p>}
      <ul className={style.letters}>
        {data?.map((text) => (
          <OneText key={text.id} {...text} />
        ))}
      </ul>
    </div>
  )
}

const OneText = ({ to, text, status, errorCode, at }: SimulatedText) => {
  const now = useNow(30_000)
  const times = timesIn(Intl.DateTimeFormat().resolvedOptions().timeZone)
  return (
    <li>
      <h2 className="figures">
        <bdi>{to}</bdi>
      </h2>
      <p className={style.about}>
        {became[status]}
        {errorCode !== null && ` (${errorCode})`}, <span className="figures">{times.ago(at, now)}</span>
      </p>
      <p className={style.text}>{text}</p>
    </li>
  )
}
