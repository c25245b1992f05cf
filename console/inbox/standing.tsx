import { IconClockPause, IconFlag, IconHourglass, IconTag, IconTargetArrow, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { Header } from '../../client/wire.ts'
import { useNow } from '../live/use-now.ts'
import { useSession } from '../live/use-session.ts'
import { TagWord } from '../parts/tag-word.tsx'
import { span, timesIn } from './times.ts'
import style from './workflow.module.css'

type Clock = NonNullable<Header['sla']>['clocks'][number]

const promises = { first_response: 'First answer', next_response: 'Answer', resolution: 'Resolution' } as const
export const promiseOf = (promised: string) => promises[promised as keyof typeof promises] ?? promised

/** The promise that is nearest to its end, or over it. */
export function nearest({ sla }: Pick<Header, 'sla'>): (Clock & { dueAt: string }) | undefined {
  const running = (sla?.clocks ?? []).filter((one): one is Clock & { dueAt: string } => one.dueAt !== null)
  return running.sort((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt))[0]
}

/** How long is left of what was promised. */
export const SlaTimer = ({ conversation, now }: { conversation: Pick<Header, 'sla'>; now: number }) => {
  const clock = nearest(conversation)
  if (!clock) return null
  const leftMs = Date.parse(clock.dueAt) - now
  const isOver = leftMs <= 0 || clock.breachedAt !== null
  const tone = isOver ? 'urgent' : 'attention'
  return (
    <span data-tone={isOver || clock.isWarned ? tone : 'quiet'}>
      <IconTargetArrow size={13} stroke={2} aria-hidden="true" />
      {promiseOf(clock.promised)} {isOver ? 'late by' : 'due in'}{' '}
      <bdi className="figures">{span(Math.abs(leftMs))}</bdi>
    </span>
  )
}

export const TagChips = ({ tags, remove }: { tags: readonly string[]; remove?: (tag: string) => void }) => (
  <ul className={style.tags} aria-label="Tags">
    {tags.map((tag) => (
      <li key={tag}>
        <IconTag size={12} stroke={2} aria-hidden="true" />
        <TagWord label={tag} />
        {remove && (
          <button type="button" aria-label={`Take ${tag} off`} onClick={() => remove(tag)}>
            <IconX size={12} stroke={2} />
          </button>
        )}
      </li>
    ))}
  </ul>
)

/** So many are seen at once: what was said matters more. */
const tagsShown = 5

const Tags = ({ tags }: Pick<Header, 'tags'>) => {
  const [isWhole, setWhole] = useState(false)
  const more = tags.length - tagsShown
  if (tags.length === 0) return null
  return (
    <>
      <TagChips tags={isWhole ? tags : tags.slice(0, tagsShown)} />
      {more > 0 && (
        <button type="button" className={style.more} aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Fewer tags' : `${String(more)} more`}
        </button>
      )}
    </>
  )
}

const isPlain = (conversation: Header) => {
  const { status, priority, tags } = conversation
  const isPutAside = status === 'snoozed' || status === 'pending'
  return !isPutAside && priority === 'none' && tags.length === 0 && nearest(conversation) === undefined
}

const Urgency = ({ priority }: Pick<Header, 'priority'>) =>
  priority !== 'none' && (
    <span data-tone={priority === 'urgent' || priority === 'high' ? 'attention' : 'quiet'}>
      <IconFlag size={13} stroke={2} aria-hidden="true" />
      {priority.charAt(0).toUpperCase() + priority.slice(1)} priority
    </span>
  )

/** How the conversation stands, where it is not simply open: one line under the bar, or nothing. */
export const Standing = ({ conversation }: { conversation: Header }) => {
  const now = useNow(30_000)
  const times = timesIn(useSession().workspace.timezone)
  const { status, snoozedUntil, priority, tags } = conversation
  if (isPlain(conversation)) return null
  return (
    <div className={style.standing} role="group" aria-label="How it stands">
      <SlaTimer conversation={conversation} now={now} />
      {status === 'snoozed' && snoozedUntil !== null && (
        <span data-tone="info">
          <IconClockPause size={13} stroke={2} aria-hidden="true" />
          Put off until <time dateTime={snoozedUntil}>{times.full(snoozedUntil)}</time>
        </span>
      )}
      {status === 'pending' && (
        <span data-tone="quiet">
          <IconHourglass size={13} stroke={2} aria-hidden="true" />
          Waits for the person
        </span>
      )}
      <Urgency priority={priority} />
      <Tags tags={tags} />
    </div>
  )
}
