import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { ChannelOptions as Options } from '../../client/connections.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/connections.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import style from './settings.module.css'

/** How a channel is used, besides what its provider asks for. */
export const ChannelOptions = ({ id }: { id: string }) => {
  const queryKey = ['integrations', id, 'options']
  const cache = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: () => connections.channelOptions(id),
    staleTime: 0,
  })
  return (
    <section aria-labelledby="options">
      <h2 id="options">Options</h2>
      {error && !data && <Trouble error={error} what="They cannot be read." again={() => void refetch()} />}
      {data && (
        <Form
          key={data.rev}
          before={data}
          save={async (options) => {
            await connections.setChannelOptions(id, options)
            await cache.invalidateQueries({ queryKey: ['integrations'] })
          }}
        />
      )}
    </section>
  )
}

const Form = ({ before, save }: { before: Options; save: (options: Options) => Promise<void> }) => {
  const [isDefault, setDefault] = useState(before.isDefault)
  const [perSecond, setPerSecond] = useState(before.perSecond === null ? '' : String(before.perSecond))
  const [pairSeconds, setPairSeconds] = useState(String(before.pairSeconds))
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const pace = { perSecond: perSecond === '' ? null : Number(perSecond), pairSeconds: Number(pairSeconds) }
    void doing.do(() => save({ ...before, isDefault, ...pace }))
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <div className={style.checks}>
        <label>
          <input type="checkbox" checked={isDefault} onChange={({ target }) => setDefault(target.checked)} />
          Write from it to people who never wrote, where there are several of its kind
        </label>
      </div>
      <label>
        Messages a second at most
        <input
          type="number"
          min={0.1}
          max={1_000}
          step="any"
          placeholder="80"
          value={perSecond}
          onChange={({ target }) => setPerSecond(target.value)}
        />
        <small>Empty: as its provider usually lets us.</small>
      </label>
      <label>
        Seconds between two messages to one person
        <input
          required
          type="number"
          min={0}
          max={60}
          step="any"
          value={pairSeconds}
          onChange={({ target }) => setPairSeconds(target.value)}
        />
      </label>
      {failed && <Trouble error={failed} what="They stay as they were." />}
      <Button type="submit" disabled={isBusy}>
        Save the options
      </Button>
    </form>
  )
}
