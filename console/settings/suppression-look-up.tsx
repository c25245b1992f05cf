import { useState, type FormEvent } from 'react'
import type { SuppressedOn, Suppression } from '../../client/people-settings.ts'
import { channelWords } from '../../kernel/channel-words.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { peopleSettings } from '../live/people-settings.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import style from './settings.module.css'

export const why: Record<Suppression['reason'], string> = {
  stop: 'They wrote STOP',
  complaint: 'They complained',
  hard_bounce: 'The address takes nothing',
  manual: 'Entered by hand',
  import: 'From a list',
  erased: 'They were erased',
}

const kinds = Object.entries(channelWords).filter(([kind]) => kind !== 'app')

export const ChannelChoice = ({
  channel,
  choose,
}: {
  channel: SuppressedOn
  choose: (channel: SuppressedOn) => void
}) => (
  <select value={channel} onChange={({ target }) => choose(target.value as SuppressedOn)}>
    {kinds.map(([kind, says]) => (
      <option key={kind} value={kind}>
        {says}
      </option>
    ))}
  </select>
)

/** Nobody can read an address back from the list; whoever has one can ask for it. */
export const LookUp = () => {
  const [channel, setChannel] = useState<SuppressedOn>('email')
  const [address, setAddress] = useState('')
  const [said, setSaid] = useState<string>()
  const times = timesIn(useSession().workspace.timezone)
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      const [one] = (await peopleSettings.checkSuppressed([{ channel, address: address.trim() }])).items
      setSaid(one ? `Nothing goes there: ${why[one.reason]}, ${times.full(one.at)}.` : 'It may be written to.')
    })
  }
  return (
    <section aria-labelledby="look-up">
      <h2 id="look-up">Look an address up</h2>
      <form className={style.form} onSubmit={submit}>
        <label>
          On which channel
          <ChannelChoice channel={channel} choose={setChannel} />
        </label>
        <label>
          Which address
          <input
            required
            minLength={3}
            maxLength={254}
            value={address}
            onChange={({ target }) => {
              setAddress(target.value)
              setSaid(undefined)
            }}
          />
        </label>
        {failed && <Trouble error={failed} what="It could not be looked up." />}
        {said !== undefined && <p role="status">{said}</p>}
        <Button type="submit" disabled={isBusy}>
          Look it up
        </Button>
      </form>
    </section>
  )
}
