import type { Content } from '../../client/wire.ts'
import type { Times } from './times.ts'
import { promiseOf } from './standing.tsx'
import { AskWhy } from './why.tsx'
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
  held_back: ({ value = '' }) => `was held back: ${heldWords[value] ?? value.replaceAll('_', ' ')}`,
  handed_over: () => 'handed it over to people',
  schedule_cancelled: () => 'A planned message was cancelled: the person wrote before',
  sla_breached: ({ value }) => `${promiseOf(value ?? '')} is late`,
  rating_asked: () => 'asked for a rating',
  rated: ({ value }) => `rated it ${value ?? ''} of 5`,
}
/** The others are the codes by which guards refuse. */
const heldWords: Readonly<Record<string, string>> = {
  staff_wrote: 'somebody had written meanwhile',
  paused: 'it is to be silent',
  ai_off: 'AI may do nothing here',
}
const impersonal: readonly Activity['what'][] = ['woke', 'schedule_cancelled', 'sla_breached']

/** Done by a rule: the message that it decided about, or the line itself. */
function decidedAbout(id: string, { what, value }: Activity) {
  if (what === 'schedule_cancelled') return value
  return what === 'held_back' || what === 'sla_breached' ? id : undefined
}

interface Props {
  id: string
  one: Activity
  by: string
  at: string
  times: Times
}

/** What happened to a conversation, in the thread, for staff. */
export const ActivityLine = ({ id, one, by, at, times }: Props) => (
  <div className={style.activity} data-what={one.what}>
    <p>
      {!impersonal.includes(one.what) && <b>{by}</b>} {words[one.what](one, times)}{' '}
      <time className="figures" dateTime={at} title={times.full(at)}>
        {times.clock(at)}
      </time>
      <About messageId={decidedAbout(id, one)} />
    </p>
    {one.text && (
      <blockquote dir="auto">
        <p>{one.text}</p>
      </blockquote>
    )}
  </div>
)

const About = ({ messageId }: { messageId: string | undefined }) =>
  messageId === undefined ? null : <AskWhy messageId={messageId} className={style.whyLine} />
