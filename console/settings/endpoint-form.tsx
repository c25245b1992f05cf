import { useState, type FormEvent } from 'react'
import type { WebhookEndpoint } from '../../client/connections.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import { Choices } from './choices.tsx'
import style from './settings.module.css'
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
  const [draft, setDraft] = useState<{ name: string; url: string; events: readonly string[] }>(start)
  const [isCaught, setCaught] = useState(false)
  const { failed, isBusy, ...doing } = useDoing()
  const { name, url, events } = draft
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const given = { name: name.trim(), url: isCaught ? undefined : url.trim(), events: [...events] }
    if ((await doing.do(() => save(given))) && start === empty) setDraft(empty)
  }
  return (
    <form className={style.form} onSubmit={(event) => void submit(event)} data-wide>
      <label>
        Name
        <input
          required
          dir="auto"
          maxLength={120}
          value={name}
          onChange={({ target }) => setDraft({ ...draft, name: target.value })}
        />
      </label>
      {canCatch && (
        <div className={style.checks}>
          <label>
            <input type="checkbox" checked={isCaught} onChange={({ target }) => setCaught(target.checked)} />
            Catch them here, to try it out
          </label>
        </div>
      )}
      {!isCaught && <Address value={url} change={(next) => setDraft({ ...draft, url: next })} />}
      <Heard chosen={events} choose={(next) => setDraft({ ...draft, events: next })} />
      {failed && <Trouble error={failed} what={what} />}
      <Button tone="main" type="submit" disabled={isBusy || events.length === 0}>
        {says}
      </Button>
    </form>
  )
}

const Heard = ({ chosen, choose }: { chosen: readonly string[]; choose: (chosen: readonly string[]) => void }) => {
  const types = useEventTypes().data?.items ?? []
  const all = types.map(({ type, words }) => ({ name: type, words: `${words} (${type})` }))
  return <Choices says="What it hears of" all={all} chosen={chosen} choose={choose} />
}

const Address = ({ value, change }: { value: string; change: (value: string) => void }) => (
  <label>
    Address
    <input
      required
      type="url"
      maxLength={2_048}
      placeholder="https://"
      value={value}
      onChange={({ target }) => change(target.value)}
    />
  </label>
)
