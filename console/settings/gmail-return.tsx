import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { Trouble } from '../inbox/trouble.tsx'
import { connections } from '../live/connections.ts'
import { useDoing } from '../live/use-doing.ts'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'

/** Where Google sends the browser back to: what it gave is handed in, once, and is in no address any more. */
export const GmailReturn = () => {
  const { state, code, error } = useSearch({ from: '/shell/staff/settings/channels/google' })
  const navigate = useNavigate()
  const cache = useQueryClient()
  const { failed, ...doing } = useDoing()
  const [done, setDone] = useState<{ channelId: string; mailbox: string; why: string | null } | null>(null)
  const [wasRefused, setRefused] = useState(false)
  const isHandedIn = useRef(false)
  useTitle('Connect with Google')
  useEffect(() => {
    if (isHandedIn.current || (state === undefined && error === undefined)) return
    isHandedIn.current = true
    void navigate({ to: '/settings/channels/google', search: {}, replace: true })
    if (state === undefined || code === undefined) return setRefused(true)
    void doing.do(async () => {
      setDone(await connections.finishGmail({ state, code }))
      await cache.invalidateQueries({ queryKey: ['integrations'] })
    })
  })
  return (
    <div className={page.page}>
      <header>
        <h1>Connect with Google</h1>
      </header>
      {failed && <Trouble error={failed} what="The mailbox was not connected." />}
      {wasRefused && (
        <p role="status" className={page.warning}>
          Google was not allowed to let us in: the mailbox was not connected.
        </p>
      )}
      {done && (
        <p role="status" className={done.why === null ? undefined : page.warning}>
          <bdi>{done.mailbox}</bdi> is connected.{' '}
          {done.why === null
            ? 'Gmail tells of new mails from now on.'
            : `But Gmail does not tell of new mails yet: ${done.why}`}
        </p>
      )}
      {!failed && !wasRefused && !done && <p role="status">One moment, please.</p>}
      <p>
        {done ? (
          <Link to="/settings/channels" search={{ channel: done.channelId }}>
            To the mailbox
          </Link>
        ) : (
          <Link to="/settings/channels">To the channels</Link>
        )}
      </p>
    </div>
  )
}
