import { queryOptions, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Words } from '../inbox/content/words.tsx'
import { timesIn } from '../inbox/times.ts'
import { useNow } from '../live/use-now.ts'
import { usePlainTitle } from '../shell/use-title.ts'
import { KeyGate } from './key-gate.tsx'
import { letters, PhoneError, phoneKey } from './phone-api.ts'
import style from './letters.module.css'
import page from './phone.module.css'

const lettersQuery = queryOptions({ queryKey: ['letters'], queryFn: letters, refetchInterval: 2_000, staleTime: 0 })

/** The letters that simulated mail keeps instead of sending: links, codes and invitations are opened from here. */
export const LettersPage = () => {
  usePlainTitle('Letters')
  const [hasKey, setKey] = useState(() => phoneKey() !== null)
  return hasKey ? <Letters forget={() => setKey(false)} /> : <KeyGate of="Letters" enter={() => setKey(true)} />
}

const Letters = ({ forget }: { forget: () => void }) => {
  const { data, error, refetch } = useQuery({ ...lettersQuery, retry: false })
  const now = useNow(30_000)
  const times = timesIn(Intl.DateTimeFormat().resolvedOptions().timeZone)
  if (error instanceof PhoneError && error.status === 401)
    return <KeyGate of="Letters" isRefused enter={() => void refetch()} />
  return (
    <div className={page.page}>
      <header className={page.head}>
        <div>
          <h1>Letters</h1>
          <p>
            What Careline would have mailed; nothing has left this server. <Link to="/texts">To the texts</Link>{' '}
            <Link to="/phone">To the phones</Link>
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
      {data?.length === 0 && <p className={style.none}>No letter has been written yet.</p>}
      <ul className={style.letters}>
        {data?.map(({ id, to, subject, text, at }) => (
          <li key={id}>
            <h2>{subject}</h2>
            <p className={style.about}>
              To <bdi>{to}</bdi>, <span className="figures">{times.ago(at, now)}</span>
            </p>
            <div className={style.text}>
              <Words text={text} />
            </div>
          </li>
        ))}
      </ul>
    </div>
  )
}
