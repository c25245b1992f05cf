import { useState } from 'react'
import type { WebhookEndpoint } from '../../client/connections.ts'
import { CheckField, Field } from '../parts/fields.tsx'
import { Choices } from './choices.tsx'
import { Form } from './form.tsx'
import { useEventTypes } from './use-connections.ts'

/** Without an address it leads to the catcher. */
export interface EndpointDraft {
  name: string
  url: string | undefined
  events: string[]
}

interface Props {
  /** What it is now; nothing for a new one, whose form is empty again when it is saved. */
  start?: Pick<WebhookEndpoint, 'name' | 'url' | 'events'>
  says: string
  /** What is so when it did not work. */
  what: string
  save: (draft: EndpointDraft) => Promise<unknown>
  canCatch?: boolean
}

const empty = { name: '', url: '', events: [] }

/** What an endpoint is called, where it is, and what it hears of. */
export const EndpointForm = ({ start = empty, says, what, save, canCatch = false }: Props) => {
  const [draft, setDraft] = useState<{ name: string; url: string; events: string[] }>(start)
  const [isCaught, setCaught] = useState(false)
  const { name, url, events } = draft
  const submit = async () => {
    await save({ name: name.trim(), url: isCaught ? undefined : url.trim(), events })
    if (start === empty) setDraft(empty)
  }
  return (
    <Form says={says} submit={submit} what={what} isWhole={events.length > 0} isWide>
      <Field
        says="Name"
        required
        dir="auto"
        maxLength={120}
        value={name}
        change={(next) => setDraft({ ...draft, name: next })}
      />
      {canCatch && <CheckField says="Catch them here, to try it out" isOn={isCaught} turn={setCaught} />}
      {!isCaught && (
        <Field
          says="Address"
          required
          type="url"
          maxLength={2_048}
          placeholder="https://"
          value={url}
          change={(next) => setDraft({ ...draft, url: next })}
        />
      )}
      <Heard chosen={events} choose={(next) => setDraft({ ...draft, events: next })} />
    </Form>
  )
}

const Heard = ({ chosen, choose }: { chosen: readonly string[]; choose: (chosen: string[]) => void }) => {
  const types = useEventTypes().data?.items ?? []
  const all = types.map(({ type, words }) => ({ name: type, words: `${words} (${type})` }))
  return <Choices says="What it hears of" all={all} chosen={chosen} choose={choose} />
}
