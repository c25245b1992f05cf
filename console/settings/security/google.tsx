import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { Trouble } from '../../inbox/trouble.tsx'
import { security } from '../../live/own.ts'
import { Button } from '../../parts/button.tsx'
import { useWays } from '../../sign-in/use-sign-in.ts'
import { useProven } from './proving.tsx'
import own from './security.module.css'
import { useFactorsRenewed } from './use-factors.ts'

const here = '/settings/account'

/** Google, linked or not; nothing where it is not set up and never was linked. */
export const GoogleRow = ({ email }: { email: string | null }) => {
  const isSetUp = useWays().data?.google ?? false
  const { google: said } = useSearch({ from: '/shell/staff/settings/account' })
  const navigate = useNavigate()
  const { failed, isBusy, run, proof } = useProven()
  const renewed = useFactorsRenewed()
  const isAsked = useRef(false)
  useEffect(() => {
    if (said !== 'done' || isAsked.current) return
    isAsked.current = true
    run(() => security.linkGoogle().then(renewed))
    void navigate({ to: here, search: {}, replace: true })
  })
  if (!isSetUp && email === null) return null
  return (
    <li>
      <span>
        <b>Google</b>
        {email !== null && <em>linked</em>}
        <small>{email ?? 'Sign in with your Google account.'}</small>
      </span>
      {email === null ? (
        <a className={own.link} href={security.googleAddress(here)}>
          Link Google
        </a>
      ) : (
        <Button disabled={isBusy} onClick={() => run(() => security.unlinkGoogle().then(renewed))}>
          Unlink Google
        </Button>
      )}
      {proof}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
      {said !== undefined && said !== 'done' && (
        <p className={own.says} role="status">
          Google was not linked.
        </p>
      )}
    </li>
  )
}
