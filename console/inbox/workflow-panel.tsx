import { useState, type FormEvent, type ReactNode } from 'react'
import type { Header, Priority } from '../../client/wire.ts'
import { useCommand } from '../live/use-command.ts'
import { useNow } from '../live/use-now.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { useTeams } from '../settings/use-business.ts'
import { TagChips } from './standing.tsx'
import { Trouble } from './trouble.tsx'
import { When } from './when.tsx'
import { usePanel } from './use-panel.ts'
import { AskWhyAll } from './why.tsx'
import style from './workflow.module.css'

interface Props {
  conversationId: string
  conversation: Header
  close: () => void
}

const hourMs = 3_600_000

export const WorkflowPanel = ({ conversationId, conversation, close }: Props) => {
  const panel = usePanel(close)
  return (
    <div ref={panel} className={style.panel} role="dialog" aria-label="This conversation" tabIndex={-1}>
      <Status conversationId={conversationId} conversation={conversation} close={close} />
      <Urgency conversationId={conversationId} priority={conversation.priority} />
      <Team conversationId={conversationId} teamId={conversation.teamId} />
      <Tags conversationId={conversationId} tags={conversation.tags} />
      <Machines conversationId={conversationId} conversation={conversation} />
      <Section says="Why">
        <div className={style.choices}>
          <AskWhyAll done={close} />
        </div>
      </Section>
      <Rating conversationId={conversationId} close={close} />
    </div>
  )
}

const Section = ({ says, children }: { says: string; children: ReactNode }) => (
  <section className={style.section} aria-label={says}>
    <h2>{says}</h2>
    {children}
  </section>
)

const Status = ({ conversationId, conversation, close }: Props) => {
  const { run, error } = useCommand('conversation.set_status')
  const now = useNow(30_000)
  const { timezone } = useSession().workspace
  const { status } = conversation
  if (status === 'resolved') return null
  const set = (input: Omit<Parameters<typeof run>[0], 'conversationId'>) => {
    run({ conversationId, ...input })
    close()
  }
  return (
    <>
      <Section says="Put off until">
        <When
          zone={timezone}
          now={now}
          soon={{ says: 'In 3 hours', ms: 3 * hourMs }}
          verb="Put off"
          choose={(at) => set({ status: 'snoozed', until: new Date(at).toISOString() })}
        />
      </Section>
      <div className={style.choices}>
        {status !== 'open' && (
          <button type="button" onClick={() => set({ status: 'open' })}>
            Back into the inbox
          </button>
        )}
        {status !== 'pending' && (
          <button type="button" onClick={() => set({ status: 'pending' })}>
            Wait for the person
          </button>
        )}
      </div>
      {error && <Trouble error={error} what="The status did not change." />}
    </>
  )
}

const priorities: [Priority, string][] = [
  ['none', 'None'],
  ['low', 'Low'],
  ['normal', 'Normal'],
  ['high', 'High'],
  ['urgent', 'Urgent'],
]

const Urgency = ({ conversationId, priority }: { conversationId: string; priority: Priority }) => {
  const { run } = useCommand('conversation.set_priority')
  return (
    <Section says="Priority">
      <div className={style.choices} role="group" aria-label="Priority">
        {priorities.map(([one, says]) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === priority}
            onClick={() => run({ conversationId, priority: one })}
          >
            {says}
          </button>
        ))}
      </div>
    </Section>
  )
}

/** Whose work it is; with no teams there is nothing to choose. */
const Team = ({ conversationId, teamId }: { conversationId: string; teamId: string | null }) => {
  const teams = useTeams().data?.items ?? []
  const { run, error } = useCommand('conversation.set_team')
  if (teams.length === 0) return null
  return (
    <Section says="Team">
      <div className={style.own}>
        <select
          aria-label="Team"
          value={teamId ?? ''}
          onChange={({ target }) => run({ conversationId, teamId: target.value === '' ? null : target.value })}
        >
          <option value="">No team</option>
          {teams.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {error && <Trouble error={error} what="It has the team that it had." />}
    </Section>
  )
}

const Tags = ({ conversationId, tags }: { conversationId: string; tags: readonly string[] }) => {
  const [text, setText] = useState('')
  const { run, error } = useCommand('conversation.tag')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const add = text
      .split(',')
      .map((one) => one.trim().toLowerCase())
      .filter((one) => one !== '')
    if (add.length > 0) run({ conversationId, add })
    setText('')
  }
  return (
    <Section says="Tags">
      <TagChips tags={tags} remove={(tag) => run({ conversationId, remove: [tag] })} />
      <form className={style.own} onSubmit={submit}>
        <label className="unseen" htmlFor="new-tag">
          A new tag
        </label>
        <input
          id="new-tag"
          dir="auto"
          maxLength={64}
          placeholder="A tag"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <Button type="submit" disabled={text.trim() === ''}>
          Add
        </Button>
      </form>
      {error && <Trouble error={error} what="The tags did not change." />}
    </Section>
  )
}

const modes = [
  ['off', 'Nothing'],
  ['draft', 'Drafts for us'],
  ['auto', 'Answers itself'],
] as const

const Machines = ({ conversationId, conversation }: Omit<Props, 'close'>) => {
  const pause = useCommand('conversation.pause_automation')
  const mode = useCommand('conversation.set_ai_mode')
  const error = pause.error ?? mode.error
  return (
    <Section says="Automation">
      <div className={style.choices}>
        <button type="button" onClick={() => pause.run({ conversationId, hours: 24 })}>
          Silent for a day
        </button>
        <button type="button" onClick={() => pause.run({ conversationId })}>
          Silent until resolved
        </button>
      </div>
      <p className={style.says}>What AI may do here</p>
      <div className={style.choices} role="group" aria-label="What AI may do here">
        {modes.map(([aiMode, says]) => (
          <button
            key={aiMode}
            type="button"
            aria-pressed={conversation.aiMode === aiMode}
            onClick={() => mode.run({ conversationId, aiMode })}
          >
            {says}
          </button>
        ))}
      </div>
      {error && <Trouble error={error} what="Nothing has changed." />}
    </Section>
  )
}

const Rating = ({ conversationId, close }: Pick<Props, 'conversationId' | 'close'>) => {
  const { run, error, isWaiting } = useCommand('rating.ask')
  return (
    <Section says="Rating">
      <div className={style.choices}>
        <button type="button" disabled={isWaiting} onClick={() => run({ conversationId })}>
          Ask how content they are
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
      {error && <Trouble error={error} what="Nobody was asked." />}
    </Section>
  )
}
