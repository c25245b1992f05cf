import type { Content } from '../../client/wire.ts'
import type { Times } from './times.ts'
import { promiseOf } from './standing.tsx'
import style from './workflow.module.css'

type Activity = Extract<Content, { kind: 'activity' }>
type Words = (one: Activity, times: Times) => string

const modes = { off: 'nothing', draft: 'drafts', auto: 'answers by itself' } as const
const until = ({ until: at }: Activity, times: Times) => (at === undefined ? '' : times.full(at))
const isEver = ({ until: at }: Activity) => at !== undefined && at.startsWith('9999')

const words: Readonly<Record<Activity['what'], Words>> = {
  opened: () => 'opened it again',
  waiting: () => 'waits for the person',
  snoozed: (one, times) => `put it off until ${until(one, times)}`,
  woke: () => 'It is back: its time has come',
  resolved: () => 'resolved it',
  automation_paused: (one, times) => `silenced automation until ${isEver(one) ? 'it is resolved' : until(one, times)}`,
  automation_resumed: () => 'let automation speak again',
  ai_mode: ({ value }) => `set what AI may do: ${modes[value as keyof typeof modes] ?? value ?? ''}`,
  held_back: ({ value }) => `was held back (${(value ?? '').replaceAll('_', ' ')})`,
  schedule_cancelled: () => 'A planned message was cancelled: the person wrote before',
  sla_breached: ({ value }) => `${promiseOf(value ?? '')} is late`,
  rating_asked: () => 'asked for a rating',
  rated: ({ value }) => `rated it ${value ?? ''} of 5`,
}
const impersonal: readonly Activity['what'][] = ['woke', 'schedule_cancelled', 'sla_breached']

/** What happened to a conversation, in the thread, for staff. */
export const ActivityLine = ({ one, by, at, times }: { one: Activity; by: string; at: string; times: Times }) => (
  <div className={style.activity} data-what={one.what}>
    <p>
      {!impersonal.includes(one.what) && <b>{by}</b>} {words[one.what](one, times)}{' '}
      <time className="figures" dateTime={at} title={times.full(at)}>
        {times.clock(at)}
      </time>
    </p>
    {one.text && (
      <blockquote dir="auto">
        <p>{one.text}</p>
      </blockquote>
    )}
  </div>
)
