import { useState, type FormEvent } from 'react'
import type { SlackRule, SlackRuleFields, SlackTrigger } from '../../client/slack.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { slack } from '../live/slack.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { Choices } from './choices.tsx'
import style from './settings.module.css'
import { SlackChannelField } from './slack-connected.tsx'
import { TeamField } from './team-field.tsx'
import { useTeams } from './use-business.ts'
import { useSlackChannels, useSlackRenewed, useSlackRules } from './use-slack.ts'

const triggers: readonly { name: SlackTrigger; words: string }[] = [
  { name: 'unassigned', words: 'Somebody waits, and nobody looks after them' },
  { name: 'sla_warning', words: 'A promise is nearly broken' },
  { name: 'sla_breached', words: 'A promise is broken' },
  { name: 'mentioned', words: 'A colleague is named in a note' },
]

/** Which channel hears of what. */
export const SlackRules = ({ isOn }: { isOn: boolean }) => {
  const { data, error, refetch } = useSlackRules()
  return (
    <>
      <section aria-labelledby="slack-rules">
        <h2 id="slack-rules">Which channel hears of what</h2>
        {error && !data && <Trouble error={error} what="The rules cannot be read." again={() => void refetch()} />}
        {data?.items.length === 0 && <p className={page.none}>Nothing is said in Slack yet. It is done below.</p>}
        {data && data.items.length > 0 && (
          <ul className={style.rows} aria-label="Rules">
            {data.items.map((rule) => (
              <One key={rule.id} rule={rule} isOn={isOn} />
            ))}
          </ul>
        )}
      </section>
      <Make isOn={isOn} />
    </>
  )
}

const One = ({ rule, isOn }: { rule: SlackRule; isOn: boolean }) => {
  const channels = useSlackChannels(isOn).data?.items ?? []
  const teams = useTeams().data?.items ?? []
  const renewed = useSlackRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const channel = channels.find(({ id }) => id === rule.channel)?.name ?? rule.channel
  const names = teams.filter(({ id }) => rule.teamIds.includes(id)).map(({ name }) => name)
  return (
    <li>
      <span>
        <b>
          <bdi>{rule.name}</bdi>
        </b>
        <small>
          <bdi>#{channel}</bdi> hears: {rule.on.map((one) => wordsOf(one, rule)).join('; ')}
          {names.length > 0 && `; only of ${names.join(', ')}`}
          {rule.namesPerson ? '; with the names of people' : '; without names'}
        </small>
      </span>
      <Button
        tone="quiet"
        aria-label={`Take away ${rule.name}`}
        disabled={isBusy}
        onClick={() => void doing.do(() => slack.removeRule(rule).finally(renewed))}
      >
        Take away
      </Button>
      {failed && <Trouble error={failed} what="The rule is still there." />}
    </li>
  )
}

function wordsOf(trigger: SlackTrigger, { afterMinutes }: SlackRule): string {
  const words = triggers.find(({ name }) => name === trigger)?.words.toLowerCase() ?? trigger
  return trigger === 'unassigned' ? `${words}, after ${String(afterMinutes)} min` : words
}

const empty: SlackRuleFields = {
  name: '',
  on: ['unassigned'],
  channel: '',
  afterMinutes: 10,
  teamIds: [],
  namesPerson: false,
}

const Make = ({ isOn }: { isOn: boolean }) => {
  const [written, setWritten] = useState(empty)
  const renewed = useSlackRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const set = (change: Partial<SlackRuleFields>) => setWritten({ ...written, ...change })
  const isWhole = written.channel !== '' && written.on.length > 0
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      await slack.makeRule({ ...written, name: written.name.trim() })
      setWritten(empty)
      await renewed()
    })
  }
  return (
    <section aria-labelledby="new-slack-rule">
      <h2 id="new-slack-rule">A new rule</h2>
      <form className={style.form} onSubmit={submit}>
        <label>
          What it is called
          <input
            required
            dir="auto"
            maxLength={80}
            value={written.name}
            onChange={({ target }) => set({ name: target.value })}
          />
        </label>
        <SlackChannelField
          says="Which channel hears of it"
          none="Choose a channel"
          isOn={isOn}
          value={written.channel}
          change={(channel) => set({ channel })}
        />
        <Hears written={written} set={set} />
        <TeamField
          teamId={written.teamIds[0] ?? null}
          change={(teamId) => set({ teamIds: teamId === null ? [] : [teamId] })}
        />
        <NamesPerson isSaid={written.namesPerson} say={(namesPerson) => set({ namesPerson })} />
        {failed && <Trouble error={failed} what="There is no new rule." />}
        <Button tone="main" type="submit" disabled={isBusy || !isWhole}>
          Add the rule
        </Button>
      </form>
    </section>
  )
}

interface HearsProps {
  written: SlackRuleFields
  set: (change: Partial<SlackRuleFields>) => void
}

const Hears = ({ written, set }: HearsProps) => (
  <>
    <Choices
      says="What it hears of"
      all={triggers}
      chosen={written.on}
      choose={(on) => set({ on: triggers.map(({ name }) => name).filter((name) => on.includes(name)) })}
    />
    {written.on.includes('unassigned') && (
      <label>
        After so many minutes of waiting
        <input
          type="number"
          required
          min={1}
          max={10_080}
          step={1}
          value={String(written.afterMinutes)}
          onChange={({ target }) => set({ afterMinutes: Number(target.value) })}
        />
      </label>
    )}
  </>
)

const NamesPerson = ({ isSaid, say }: { isSaid: boolean; say: (isSaid: boolean) => void }) => (
  <div className={style.checks}>
    <label>
      <input type="checkbox" checked={isSaid} onChange={({ target }) => say(target.checked)} />
      Say the name of the person: Slack keeps it
    </label>
  </div>
)
