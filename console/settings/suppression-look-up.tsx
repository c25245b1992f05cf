import { useState } from 'react'
import type { SuppressedOn, Suppression } from '../../client/people-settings.ts'
import { channelWords } from '../../kernel/channel-words.ts'
import { timesIn } from '../inbox/times.ts'
import { peopleSettings } from '../live/people-settings.ts'
import { useSession } from '../live/use-session.ts'
import { ChoiceField, Field } from '../parts/fields.tsx'
import { Form } from './form.tsx'

export const why: Record<Suppression['reason'], string> = {
  stop: 'They wrote STOP',
  complaint: 'They complained',
  hard_bounce: 'The address takes nothing',
  manual: 'Entered by hand',
  import: 'From a list',
  erased: 'They were erased',
}

const kinds = (['whatsapp', 'sms', 'email'] satisfies SuppressedOn[]).map(
  (kind: SuppressedOn) => [kind, channelWords[kind]] as const,
)

interface ChannelProps {
  says: string
  channel: SuppressedOn
  choose: (channel: SuppressedOn) => void
}
export const ChannelField = ({ says, channel, choose }: ChannelProps) => (
  <ChoiceField says={says} value={channel} options={kinds} change={choose} />
)

/** Nobody can read an address back from the list; whoever has one can ask for it. */
export const LookUp = () => {
  const [channel, setChannel] = useState<SuppressedOn>('email')
  const [address, setAddress] = useState('')
  const [said, setSaid] = useState<string>()
  const times = timesIn(useSession().workspace.timezone)
  const submit = async () => {
    const [one] = (await peopleSettings.checkSuppressed([{ channel, address: address.trim() }])).items
    setSaid(one ? `Nothing goes there: ${why[one.reason]}, ${times.full(one.at)}.` : 'It may be written to.')
  }
  const type = (typed: string) => {
    setAddress(typed)
    setSaid(undefined)
  }
  return (
    <section aria-labelledby="look-up">
      <h2 id="look-up">Look an address up</h2>
      <Form says="Look it up" submit={submit} what="It could not be looked up.">
        <ChannelField says="On which channel" channel={channel} choose={setChannel} />
        <Field says="Which address" required minLength={3} maxLength={254} value={address} change={type} />
        {said !== undefined && <p role="status">{said}</p>}
      </Form>
    </section>
  )
}
