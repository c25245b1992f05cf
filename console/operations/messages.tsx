import type { ActorMessage } from '../../client/admin.ts'
import { timesIn } from '../inbox/times.ts'
import { useSession } from '../live/use-session.ts'
import { ActorLink, figure, Head } from './cells.tsx'
import style from '../parts/page.module.css'

const duration = (ms: number) => (ms < 10 ? `${ms.toFixed(1)} ms` : `${figure(Math.round(ms))} ms`)
const outcomes = { done: 'done', refused: 'refused', failed: 'failed' } as const

interface Props {
  messages: readonly ActorMessage[]
  /** What to say where there are none. */
  none: string
  /** Of several actors: each names its own. */
  isLinked?: boolean
}

/** Messages that actors took: who sent them, why, how long they took and what became of them. */
export const Messages = ({ messages, none, isLinked = false }: Props) => {
  const times = timesIn(useSession().workspace.timezone)
  if (messages.length === 0) return <p className={style.none}>{none}</p>
  return (
    <div className={style.wide}>
      <table>
        <Head columns={['Message', ...(isLinked ? ['Actor'] : []), 'From', 'At', 'Took', 'Ended']} />
        <tbody>
          {messages.map(({ kind, id, messageId, message, by, cause, at, ms, outcome, code }) => (
            <tr key={`${kind} ${id} ${messageId} ${at}`}>
              <th scope="row" title={cause === null ? messageId : `${messageId}, caused by ${cause}`}>
                {message}
              </th>
              {isLinked && (
                <td>
                  <ActorLink kind={kind} id={id} />
                </td>
              )}
              <td>
                <bdi>{by}</bdi>
              </td>
              <td className="figures">{times.clock(at)}</td>
              <td className="figures">{duration(ms)}</td>
              <td data-bad={outcome === 'failed' || undefined}>
                {outcomes[outcome]}
                {code !== null && <> ({code})</>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
