import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ChannelView, DomainRecord } from '../../client/connections.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/connections.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { ShownOnce } from '../parts/shown-once.tsx'
import { ChannelGmail } from './channel-gmail.tsx'
import own from './channel-mail.module.css'
import { Copied } from './copied.tsx'
import style from './settings.module.css'
import { useConnectionsRenewed } from './use-connections.ts'

/** What a mailbox needs besides its secrets: the address that mails are brought to, its domain, Gmail's watch. */
export const ChannelMail = ({ channel }: { channel: ChannelView }) => (
  <>
    {channel.provider === 'gmail' && <ChannelGmail id={channel.id} isOn={channel.status === 'active'} />}
    {channel.inboundUrl !== null && <Inbound channel={channel} url={channel.inboundUrl} />}
    <Domain id={channel.id} />
  </>
)

/** Where that address is to be entered. */
export const whereTo: Readonly<Record<string, string>> = {
  sendgrid: 'In SendGrid under Settings, Inbound Parse: the destination URL of your domain.',
  smtp: 'Have your mail server, or a service that forwards, post each mail there as it is (message/rfc822).',
  gmail: 'In Google Cloud under Pub/Sub: the endpoint of your push subscription, with authentication switched on.',
}

const Inbound = ({ channel: { id, provider }, url }: { channel: ChannelView; url: string }) => {
  const [made, setMade] = useState<string | null>(null)
  const renewed = useConnectionsRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const another = () =>
    void doing.do(async () => {
      setMade((await connections.rotate(id, 'inboundToken')).value ?? null)
      await renewed.channels()
    })
  return (
    <section aria-labelledby="inbound">
      <h2 id="inbound">Incoming mail</h2>
      <p className={page.none}>{whereTo[provider]} Whoever has the whole address can post mails to you.</p>
      <p>
        <code className={own.address}>{url}?token=•••</code>
      </p>
      {made === null ? (
        <p>
          <Button disabled={isBusy} onClick={another}>
            Make another address
          </Button>
        </p>
      ) : (
        <ShownOnce says="The new address for incoming mail" value={`${url}?token=${made}`}>
          It is not shown again. The one before is good for a day.
        </ShownOnce>
      )}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </section>
  )
}

const purposes: Record<DomainRecord['what'], string> = {
  spf: 'Who may send (SPF)',
  dkim: 'Signature (DKIM)',
  dmarc: 'Forgeries (DMARC)',
  mx: 'Incoming mail (MX)',
}
const states: Record<DomainRecord['state'], string> = {
  right: 'in order',
  missing: 'missing',
  other: 'something else stands there',
  unknown: 'could not be looked up',
}

const Domain = ({ id }: { id: string }) => {
  const asked = useQuery({
    queryKey: ['integrations', id, 'dns'],
    queryFn: () => connections.dns(id),
    staleTime: 60_000,
  })
  const { data, error, refetch, isFetching } = asked
  if (error && !data) return <Trouble error={error} what="Its domain cannot be read." again={() => void refetch()} />
  return (
    <section aria-labelledby="domain" aria-busy={isFetching}>
      <h2 id="domain">Domain</h2>
      {!data && <p className={page.none}>Looking at what the domain says.</p>}
      {data && (
        <p className={page.none}>
          {data.records.length === 0
            ? `There is nothing to set up for ${data.domain}.`
            : `What ${data.domain} must say so that mails arrive. You enter it where the domain was bought.`}
        </p>
      )}
      <ul className={style.rows} aria-label="Records of the domain">
        {data?.records.map((one) => (
          <Record key={`${one.type} ${one.name}`} record={one} />
        ))}
      </ul>
      <p>
        <Button disabled={isFetching} onClick={() => void refetch()}>
          {isFetching ? 'Looking' : 'Look again'}
        </Button>
      </p>
    </section>
  )
}

const Record = ({ record: { what, type, name, value, found, state, says } }: { record: DomainRecord }) => (
  <li className={own.record}>
    <p>
      <b>{purposes[what]}</b> <span data-state={state}>{states[state]}</span>
    </p>
    <dl>
      <div>
        <dt>{type}</dt>
        <dd>{state === 'right' ? <code>{name}</code> : <Copied says={`Name of ${type} ${name}`} value={name} />}</dd>
      </div>
      {state !== 'right' && value !== '' && (
        <div>
          <dt>Value</dt>
          <dd>
            <Copied says={`Value of ${type} ${name}`} value={value} />
          </dd>
        </div>
      )}
      {found.length > 0 && (
        <div>
          <dt>Found</dt>
          <dd>
            <code>{found.join('\n')}</code>
          </dd>
        </div>
      )}
    </dl>
    {state !== 'right' && <small>{says}</small>}
  </li>
)
