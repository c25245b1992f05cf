import { useEffect, useRef } from 'react'
import { security } from '../live/own.ts'
import type { useEntering } from './entering.ts'
import { Failed } from './failed.tsx'
import style from './sign-in.module.css'
import { useWays } from './use-sign-in.ts'

/** What Google's page came to, where it was not an answer. */
const words: Record<string, string> = {
  denied: 'Google was not allowed to say who you are.',
  failed: 'Google did not answer as it should. Please try again.',
}

/** A way to Google and back to this path; nothing where it is not set up. */
export const ToGoogle = ({ back, children }: { back: string; children: string }) =>
  useWays().data?.google === true && (
    <a className={style.edge} href={security.googleAddress(back)}>
      <Sign />
      {children}
    </a>
  )

/** The browser has come back from Google: with `done` it asks, once, what came of it. */
export const FromGoogle = ({ said, entering, invitation, other }: FromProps) => {
  const { failed, isBusy, run } = entering
  const isAsked = useRef(false)
  useEffect(() => {
    if (said !== 'done' || isAsked.current) return
    isAsked.current = true
    void run(() => security.byGoogle(invitation))
  })
  const trouble = failed ?? words[said] ?? (said === 'done' ? null : words['failed'])
  return (
    <section className={style.form}>
      <h1>{isBusy ? 'One moment' : 'Google'}</h1>
      {isBusy && <p role="status">Signing in with Google.</p>}
      <Failed words={trouble ?? null} />
      {!isBusy && (
        <button type="button" className={style.other} onClick={other}>
          Another way
        </button>
      )}
    </section>
  )
}

interface FromProps {
  said: string
  entering: ReturnType<typeof useEntering>
  invitation?: string
  other: () => void
}

/** Google's own G, in its four colours, as its guidelines ask. */
const Sign = () => (
  <svg viewBox="0 0 48 48" width="18" height="18" aria-hidden="true">
    <path
      fill="#4285f4"
      d="M45.1 24.5c0-1.6-.1-3.1-.4-4.5H24v8.5h11.8a10.1 10.1 0 0 1-4.4 6.6v5.5h7.1c4.2-3.8 6.6-9.5 6.6-16.1z"
    />
    <path
      fill="#34a853"
      d="M24 46c5.9 0 10.9-2 14.5-5.4l-7.1-5.5c-2 1.3-4.5 2.1-7.4 2.1-5.7 0-10.5-3.9-12.3-9.1H4.4v5.7A22 22 0 0 0 24 46z"
    />
    <path fill="#fbbc05" d="M11.7 28.1a13.2 13.2 0 0 1 0-8.3v-5.7H4.4a22 22 0 0 0 0 19.7z" />
    <path
      fill="#ea4335"
      d="M24 10.8c3.2 0 6.1 1.1 8.4 3.3l6.3-6.3A21.2 21.2 0 0 0 24 2 22 22 0 0 0 4.4 14.1l7.3 5.7c1.8-5.2 6.6-9 12.3-9z"
    />
  </svg>
)
