import { Words } from '../inbox/content/words.tsx'
import { timesIn } from '../inbox/times.ts'
import { useNow } from '../live/use-now.ts'
import { KeptPage, keptQuery } from './kept-page.tsx'
import style from './letters.module.css'
import { letters } from './phone-api.ts'

const lettersQuery = keptQuery('letters', letters)

/** The letters that simulated mail keeps instead of sending: links, codes and invitations are opened from here. */
export const LettersPage = () => {
  const now = useNow(30_000)
  const times = timesIn(Intl.DateTimeFormat().resolvedOptions().timeZone)
  return (
    <KeptPage
      title="Letters"
      gate="Letters"
      query={lettersQuery}
      says="Sign-in links, codes and invitations that Careline would have mailed; nothing has left this server."
    >
      {(data) => (
        <>
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
        </>
      )}
    </KeptPage>
  )
}
