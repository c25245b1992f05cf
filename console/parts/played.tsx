import { useWays } from '../sign-in/use-sign-in.ts'
import style from './played.module.css'

/** Where nothing is mailed: what would have been lies on this server, and whoever waits for it has to know. */
export const PlayedMail = () =>
  useWays().data?.playsMail === true ? (
    <p className={style.said}>
      While Careline is tried out it mails nothing: the letter is among the{' '}
      <a href="/letters" target="_blank" rel="noreferrer">
        simulated letters
      </a>
      .
    </p>
  ) : null

/** The same, of texts. */
export const PlayedTexts = () =>
  useWays().data?.playsTexts === true ? (
    <p className={style.said}>
      While Careline is tried out it sends no SMS: the code is among the{' '}
      <a href="/texts" target="_blank" rel="noreferrer">
        simulated texts
      </a>
      .
    </p>
  ) : null
