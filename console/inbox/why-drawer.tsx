import { IconX } from '@tabler/icons-react'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { Reason } from '../../client/consents.ts'
import { consents } from '../live/consents.ts'
import { useSession } from '../live/use-session.ts'
import { IconButton } from '../parts/button.tsx'
import { timesIn } from './times.ts'
import { Trouble } from './trouble.tsx'
import style from './why.module.css'

interface Props {
  userId: string
  name: string
  /** Of this message, or of the last day where it is missing. */
  messageId: string | undefined
  close: () => void
}

const whyQuery = (userId: string, messageId: string | undefined) =>
  queryOptions({
    queryKey: ['why', userId, messageId ?? ''],
    queryFn: () => consents.why(userId, messageId === undefined ? {} : { messageId }),
    // What was decided a moment ago is what somebody asks for.
    staleTime: 0,
  })

/** Why she got this, why he did not: what was decided, by which rule and on which facts, and what happened. */
export const WhyDrawer = ({ userId, name, messageId, close }: Props) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const { data, error, refetch } = useQuery(whyQuery(userId, messageId))
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} className={style.drawer} aria-labelledby="why" onClose={close}>
      <header>
        <h2 id="why">{messageId === undefined ? `What happened with ${name}` : 'Why this message'}</h2>
        <IconButton says="Close" onClick={() => dialog.current?.close()}>
          <IconX size={18} stroke={1.8} />
        </IconButton>
      </header>
      {error && !data && <Trouble error={error} what="This cannot be read." again={() => void refetch()} />}
      {data && <Reasons reasons={data.items} isOfOne={messageId !== undefined} />}
    </dialog>
  )
}

const Reasons = ({ reasons, isOfOne }: { reasons: readonly Reason[]; isOfOne: boolean }) => {
  if (reasons.length === 0)
    return (
      <p className={style.none}>
        {isOfOne
          ? 'No rule decided about it: somebody wrote it, and nothing stood against it.'
          : 'Nothing was decided or happened within the last day.'}
      </p>
    )
  return (
    <ol className={style.reasons}>
      {reasons.map((reason) => (
        <One key={reason.id} reason={reason} />
      ))}
    </ol>
  )
}

/** By what the machines know it; nobody reads that. */
const isOurs = (fact: string) => fact === 'messageId' || fact === 'channelId'
/** `everyMs` is every ms. */
const inWords = (fact: string) => fact.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const One = ({ reason: { at, type, says, name, outcome, facts } }: { reason: Reason }) => {
  const times = timesIn(useSession().workspace.timezone)
  const known = Object.entries(facts).filter(([fact, value]) => value !== null && !isOurs(fact))
  return (
    <li data-type={type}>
      <time className="figures" dateTime={at} title={times.full(at)}>
        {times.clock(at)}
      </time>
      <div>
        <p>{says}</p>
        {type === 'decision' && (
          <details>
            {/* The rule's own name is for whoever looks it up; in words it stands above. */}
            <summary title={`Rule ${name}`}>
              What it went by{outcome !== null && <>: {outcome.replaceAll('_', ' ')}</>}
            </summary>
            <dl>
              {known.map(([fact, value]) => (
                <div key={fact}>
                  <dt>{inWords(fact)}</dt>
                  <dd>
                    <bdi>{typeof value === 'string' ? value.replaceAll('_', ' ') : String(value)}</bdi>
                  </dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </div>
    </li>
  )
}
