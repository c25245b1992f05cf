import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { WebhookEndpoint } from '../../client/connections.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/connections.ts'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { type EndpointDraft, EndpointForm } from './endpoint-form.tsx'
import { EndpointSecret, type Secret } from './endpoint-secret.tsx'
import style from './settings.module.css'
import { useConnectionsRenewed, useEndpoints } from './use-connections.ts'
import { EndpointPart } from './webhook-endpoint.tsx'

/** Who outside hears of what; one of them in full, with what it was sent and what it answered. */
export const WebhooksPage = () => {
  const { endpoint } = useSearch({ from: '/shell/staff/settings/webhooks' })
  useTitle('Webhooks')
  if (endpoint !== undefined) return <EndpointPart key={endpoint} id={endpoint} />
  return <AllEndpoints />
}

const AllEndpoints = () => {
  const { data, error, refetch } = useEndpoints()
  const [made, setMade] = useState<Secret | null>(null)
  return (
    <div className={page.page}>
      <header>
        <h1>Webhooks</h1>
        <p className={page.none}>
          Another program of yours hears of what happens here, a moment after it did: signed, in order, and again until
          it was taken.
        </p>
      </header>
      {error && !data && <Trouble error={error} what="The webhooks cannot be read." again={() => void refetch()} />}
      {made && <EndpointSecret {...made} />}
      {data?.items.length === 0 && <p className={page.none}>There is none yet.</p>}
      <ul className={style.rows} aria-label="Webhooks">
        {data?.items.map((one) => (
          <Line key={one.id} endpoint={one} />
        ))}
      </ul>
      <Register made={setMade} />
    </div>
  )
}

const Line = ({ endpoint: { id, name, url, events, status, off, isCatcher } }: { endpoint: WebhookEndpoint }) => (
  <li data-quiet={status === 'active' ? undefined : true}>
    <span>
      <b>
        <Link to="/settings/webhooks" search={{ endpoint: id }}>
          <bdi>{name}</bdi>
        </Link>
      </b>
      {isCatcher && <em>catcher</em>}
      {status === 'disabled' && <em>{off ? 'turned itself off' : 'off'}</em>}
      <small>{url}</small>
      <small>{events.length === 1 ? events[0] : `${events.length} types of events`}</small>
    </span>
  </li>
)

const Register = ({ made }: { made: (made: Secret | null) => void }) => {
  const renewed = useConnectionsRenewed()
  const add = async ({ name, url, events }: EndpointDraft) => {
    const { secret } = await connections.register({ name, events, ...(url !== undefined && { url }) })
    made({ name, secret })
    await renewed.webhooks()
  }
  return (
    <section aria-labelledby="register">
      <h2 id="register">Add a webhook</h2>
      <EndpointForm says="Add the webhook" what="No webhook was added." save={add} canCatch />
    </section>
  )
}
