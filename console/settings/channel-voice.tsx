import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { VoiceLine } from '../../client/calls.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { calls } from '../live/calls.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { Copied } from './copied.tsx'
import style from './settings.module.css'

interface Props {
  id: string
  simulate: boolean
  mayChange: boolean
}

/** What a number says that is called, and what it does with the call. */
export const ChannelVoice = ({ id, simulate, mayChange }: Props) => {
  const queryKey = ['integrations', id, 'voice']
  const cache = useQueryClient()
  const { data, error, refetch } = useQuery({ queryKey, queryFn: () => calls.line(id), staleTime: 0 })
  const save = async (line: VoiceLine) => {
    await calls.setLine(id, line)
    await cache.invalidateQueries({ queryKey: ['integrations'] })
  }
  return (
    <section aria-labelledby="voice">
      <h2 id="voice">Telephone calls</h2>
      {error && !data && <Trouble error={error} what="They cannot be read." again={() => void refetch()} />}
      {data && !simulate && (
        <>
          <p className={page.none}>
            In Twilio’s console, under the number, set this address for “A call comes in” and for “Call status changes”.
          </p>
          <Copied says="Address for calls" value={data.webhookUrl} />
        </>
      )}
      {data && <Form key={data.rev} before={data} save={save} mayChange={mayChange} />}
    </section>
  )
}

interface FormProps {
  before: VoiceLine
  save: (line: VoiceLine) => Promise<void>
  mayChange: boolean
}

const Form = ({ before, save, mayChange }: FormProps) => {
  const [line, setLine] = useState(before)
  const set = (change: Partial<VoiceLine>) => setLine({ ...line, ...change })
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(() => save(line))
  }
  return (
    <form className={style.form} onSubmit={submit} aria-labelledby="voice">
      <fieldset disabled={!mayChange} className={style.plain}>
        <Greeting line={line} set={set} />
        {line.isOn && <PutThrough line={line} set={set} />}
        {line.isOn && <Voicemail line={line} set={set} />}
      </fieldset>
      {failed && <Trouble error={failed} what="They stay as they were." />}
      {mayChange && (
        <Button type="submit" disabled={isBusy}>
          Save what the number says
        </Button>
      )}
    </form>
  )
}

interface PartProps {
  line: VoiceLine
  set: (change: Partial<VoiceLine>) => void
}

const Greeting = ({ line, set }: PartProps) => (
  <>
    <div className={style.checks}>
      <label>
        <input type="checkbox" checked={line.isOn} onChange={({ target }) => set({ isOn: target.checked })} />
        This number takes calls
      </label>
    </div>
    {line.isOn && (
      <>
        <label>
          The voice speaks
          <select
            value={line.language}
            onChange={({ target }) => set({ language: target.value as VoiceLine['language'] })}
          >
            <option value="en">English</option>
            <option value="de">German</option>
          </select>
        </label>
        <label>
          Greeting
          <textarea
            dir="auto"
            rows={3}
            maxLength={1_000}
            value={line.greeting}
            onChange={({ target }) => set({ greeting: target.value })}
          />
          <small>Empty: that you cannot take the call, and call back.</small>
        </label>
      </>
    )}
  </>
)

const PutThrough = ({ line, set }: PartProps) => (
  <>
    <label>
      A telephone of yours that rings first
      <input
        type="tel"
        pattern="\+[1-9]\d{6,14}"
        title="With + and the country: +4930123456"
        placeholder="+4930123456"
        value={line.putThroughTo}
        onChange={({ target }) => set({ putThroughTo: target.value })}
      />
      <small>Empty: the greeting comes at once.</small>
    </label>
    {line.putThroughTo !== '' && (
      <label>
        Seconds that it rings
        <input
          required
          type="number"
          min={5}
          max={60}
          value={line.ringSeconds}
          onChange={({ target }) => set({ ringSeconds: Number(target.value) })}
        />
      </label>
    )}
  </>
)

const Voicemail = ({ line, set }: PartProps) => (
  <>
    <div className={style.checks}>
      <label>
        <input
          type="checkbox"
          checked={line.hasVoicemail}
          onChange={({ target }) => set({ hasVoicemail: target.checked })}
        />
        Whoever calls may leave a message
      </label>
    </div>
    {line.hasVoicemail && (
      <>
        <label>
          Said before it is recorded
          <textarea
            dir="auto"
            rows={2}
            maxLength={500}
            value={line.recordingNotice}
            onChange={({ target }) => set({ recordingNotice: target.value })}
          />
          <small>What the law wants to be said: “This call is recorded”, say.</small>
        </label>
        <label>
          The longest message, seconds
          <input
            required
            type="number"
            min={10}
            max={600}
            value={line.maxSeconds}
            onChange={({ target }) => set({ maxSeconds: Number(target.value) })}
          />
        </label>
        <div className={style.checks}>
          <label>
            <input
              type="checkbox"
              checked={line.deletesRecordings}
              onChange={({ target }) => set({ deletesRecordings: target.checked })}
            />
            Delete it at Twilio once it is here
          </label>
        </div>
      </>
    )}
  </>
)
