import { useState } from 'react'
import type { SlackRule, SlackRuleFields, SlackTrigger } from '../../client/slack.ts'
import { slack } from '../live/slack.ts'
import { CheckField, Field, NameField } from '../parts/fields.tsx'
import { Choices } from './choices.tsx'
import { Form } from './form.tsx'
import { Another, Listed, Row } from './listed.tsx'
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
  const renewed = useSlackRenewed()
  return (
    <>
      <section aria-labelledby="slack-rules">
        <h2 id="slack-rules">Which channel hears of what</h2>
        <Listed
          says="Rules"
          items={data?.items}
          error={error}
          again={refetch}
          unread="The rules cannot be read."
          none="Nothing is said in Slack yet. It is done below."
        >
          {(rule) => <One key={rule.id} rule={rule} isOn={isOn} />}
        </Listed>
      </section>
      <Another title="A new rule" make={(rule: SlackRuleFields) => slack.makeRule(rule).then(renewed)}>
        {(submit) => <RuleForm isOn={isOn} submit={submit} />}
      </Another>
    </>
  )
}

const One = ({ rule, isOn }: { rule: SlackRule; isOn: boolean }) => {
  const channels = useSlackChannels(isOn).data?.items ?? []
  const teams = useTeams().data?.items ?? []
  const renewed = useSlackRenewed()
  const channel = channels.find(({ id }) => id === rule.channel)?.name ?? rule.channel
  const names = teams.filter(({ id }) => rule.teamIds.includes(id)).map(({ name }) => name)
  return (
    <Row
      name={rule.name}
      acts={[{ says: 'Take away', do: () => slack.removeRule(rule).finally(renewed) }]}
      what="The rule is still there."
    >
      <small>
        <bdi>#{channel}</bdi> hears: {rule.on.map((one) => wordsOf(one, rule)).join('; ')}
        {names.length > 0 && `; only of ${names.join(', ')}`}
        {rule.namesPerson ? '; with the names of people' : '; without names'}
      </small>
    </Row>
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

interface RuleProps {
  isOn: boolean
  submit: (rule: SlackRuleFields) => Promise<unknown>
}

const RuleForm = ({ isOn, submit }: RuleProps) => {
  const [written, setWritten] = useState(empty)
  const set = (change: Partial<SlackRuleFields>) => setWritten({ ...written, ...change })
  return (
    <Form
      says="Add the rule"
      submit={() => submit({ ...written, name: written.name.trim() })}
      what="There is no new rule."
      isWhole={written.channel !== '' && written.on.length > 0}
    >
      <NameField max={80} value={written.name} change={(name) => set({ name })} />
      <SlackChannelField
        says="Which channel hears of it"
        none="Choose a channel"
        isOn={isOn}
        value={written.channel}
        change={(channel) => set({ channel })}
      />
      <Choices says="What it hears of" all={triggers} chosen={written.on} choose={(on) => set({ on })} />
      {written.on.includes('unassigned') && (
        <Field
          says="After so many minutes of waiting"
          type="number"
          required
          min={1}
          max={10_080}
          step={1}
          value={String(written.afterMinutes)}
          change={(typed) => set({ afterMinutes: Number(typed) })}
        />
      )}
      <TeamField
        teamId={written.teamIds[0] ?? null}
        change={(teamId) => set({ teamIds: teamId === null ? [] : [teamId] })}
      />
      <CheckField
        says="Say the name of the person: Slack keeps it"
        isOn={written.namesPerson}
        turn={(namesPerson) => set({ namesPerson })}
      />
    </Form>
  )
}
