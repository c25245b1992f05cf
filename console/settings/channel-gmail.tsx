import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { GmailWatch } from '../../client/connections.ts'
import { type Times, timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/connections.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { Copied } from './copied.tsx'
import style from './settings.module.css'

const keyOf = (id: string) => ['integrations', id, 'gmail-watch']

/** Whether the owner of the mailbox lets us in, until when Gmail tells of new mails, and how both begin and end. */
export const ChannelGmail = ({ id, isOn }: { id: string; isOn: boolean }) => {
  const asked = useQuery({ queryKey: keyOf(id), queryFn: () => connections.gmailWatch(id), staleTime: 0 })
  const { data, error, refetch } = asked
  const times = timesIn(useSession().workspace.timezone)
  if (error && !data) return <Trouble error={error} what="Gmail’s state cannot be read." again={() => void refetch()} />
  if (!data) return null
  const needsUs = !data.isConnected || data.lostAt !== null
  return (
    <section aria-labelledby="gmail">
      <h2 id="gmail">Gmail</h2>
      <p role="status" className={needsUs ? page.warning : undefined}>
        {watchSays(data, times)}
      </p>
      {data.ignored > 0 && (
        <p className={page.none}>{data.ignored.toLocaleString('en')} mails were left out by their labels.</p>
      )}
      <div className={style.acts}>
        {needsUs && <Connect id={id} says={data.isConnected ? 'Connect again with Google' : 'Connect with Google'} />}
        {data.isConnected && <Renew id={id} isOn={isOn} />}
        {data.isConnected && <Leave id={id} />}
      </div>
      {needsUs && <Return />}
    </section>
  )
}

function watchSays({ isConnected, lostAt, watchUntil }: GmailWatch, times: Times): string {
  if (!isConnected)
    return 'Not connected: nothing is read and nothing leaves. Whoever owns the mailbox lets us in with Google.'
  if (lostAt !== null) return `Google lets us in no more since ${times.full(lostAt)}. Connect the mailbox again.`
  if (watchUntil === null)
    return 'Connected. Gmail was not asked yet to tell of new mails: that is done within minutes.'
  return `Connected. Gmail tells of new mails until ${times.full(watchUntil)}; that is renewed every day.`
}

/** Off to Google; the browser comes back to a page of ours. */
const Connect = ({ id, says }: { id: string; says: string }) => {
  const { failed, isBusy, ...doing } = useDoing()
  const go = () => void doing.do(async () => location.assign((await connections.askGmail(id)).url))
  return (
    <>
      <Button tone="main" disabled={isBusy} onClick={go}>
        {says}
      </Button>
      {failed && <Trouble error={failed} what="Google was not asked." />}
    </>
  )
}

const Renew = ({ id, isOn }: { id: string; isOn: boolean }) => {
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const renew = () =>
    void doing.do(async () => void cache.setQueryData(keyOf(id), await connections.renewGmailWatch(id)))
  return (
    <>
      <Button disabled={isBusy || !isOn} onClick={renew}>
        {isBusy ? 'Asking Gmail' : 'Renew the watch now'}
      </Button>
      {failed && <Trouble error={failed} what="It was not renewed." />}
    </>
  )
}

const Leave = ({ id }: { id: string }) => {
  const [isLeaving, setLeaving] = useState(false)
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const leave = () =>
    void doing.do(() => connections.leaveGmail(id).finally(() => cache.invalidateQueries({ queryKey: keyOf(id) })))
  if (!isLeaving)
    return (
      <Button tone="quiet" onClick={() => setLeaving(true)}>
        Disconnect from Google…
      </Button>
    )
  return (
    <>
      <Button tone="urgent" disabled={isBusy} onClick={leave}>
        Disconnect this mailbox
      </Button>
      <Button onClick={() => setLeaving(false)}>Keep it</Button>
      {failed && <Trouble error={failed} what="It stays connected." />}
    </>
  )
}

const Return = () => {
  const { data } = useQuery({
    queryKey: ['gmail-return'],
    queryFn: () => connections.gmailReturn(),
    staleTime: Infinity,
  })
  if (!data) return null
  return (
    <details className={style.what}>
      <summary>What Google must know first</summary>
      <p>In Google Cloud, at your OAuth client (type Web application), under Authorised redirect URIs:</p>
      <Copied says="Redirect URI" value={data.redirectUri} />
    </details>
  )
}
