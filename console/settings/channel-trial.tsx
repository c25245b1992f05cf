import { useState, type FormEvent } from 'react'
import type { ChannelTest, ChannelView } from '../../client/connections.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/connections.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import style from './settings.module.css'
import { useConnectionsRenewed } from './use-connections.ts'

/** Asks the provider whether it knows the channel, and sends one message where somebody can look. */
export const ChannelTrial = ({ channel: { id, kind, status }, says }: { channel: ChannelView; says: string }) => {
  const isMail = kind === 'email'
  const isOn = status === 'active'
  const [to, setTo] = useState('')
  const [tested, setTested] = useState<ChannelTest | null>(null)
  const renewed = useConnectionsRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTested(null)
    void doing.do(async () => {
      const address = addressOf(kind, to.trim())
      setTested(await connections.testChannel(id, address === '' ? undefined : address))
      await renewed.channels()
    })
  }
  return (
    <section aria-labelledby="trial">
      <h2 id="trial">Test</h2>
      <form className={style.form} onSubmit={submit}>
        <label>
          Also send a message to
          <input
            type={isMail ? 'email' : 'tel'}
            maxLength={254}
            placeholder={isMail ? 'you@example.com' : '+49 151 2345678'}
            value={to}
            onChange={({ target }) => setTo(target.value)}
          />
          <small>
            {kind === 'whatsapp' && 'A number that has written to this channel in the last 24 hours. '}Empty: nothing is
            sent.
          </small>
        </label>
        {failed && <Trouble error={failed} what="It was not tested." />}
        <Button tone="main" type="submit" disabled={isBusy || !isOn}>
          Test it
        </Button>
      </form>
      <p
        role="status"
        className={tested && (!tested.isRight || tested.message === 'refused') ? page.warning : undefined}
      >
        {tested && saidOf(tested, says)}
      </p>
    </section>
  )
}

/** As its kind of channel writes it. */
function addressOf(kind: string, typed: string): string {
  if (kind === 'whatsapp') return typed.replace(/\D/g, '')
  return kind === 'sms' ? typed.replace(/[^\d+]/g, '') : typed
}

function saidOf({ isRight, phoneNumber, name, quality, why, message }: ChannelTest, says: string): string {
  if (!isRight) return `${says} does not know us: ${why ?? 'it does not say why.'}`
  const known = `${says} knows it as ${name ?? ''}, ${phoneNumber ?? ''}.`
  const rated = quality ? ` Quality: ${quality.toLowerCase()}.` : ''
  const sent = {
    accepted: ' The message is on its way: look at the telephone.',
    unknown: ` The message may be on its way: ${why ?? ''}`,
    refused: ` The message was refused: ${why ?? ''}`,
  }
  return known + rated + (message === null ? '' : sent[message])
}
