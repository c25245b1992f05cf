import { IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useNow } from '../live/use-now.ts'
import style from './composer.module.css'
import { span } from './times.ts'

const closingMs = 2 * 3_600_000
const dayMs = 24 * 3_600_000
const around = 2 * Math.PI * 7.5

/** Whether WhatsApp takes free text now; without a channel that says so, it is not known to be closed. */
export function useWindow(channelId: string | null, expiresAt: string | null) {
  const now = useNow(30_000)
  const leftMs = expiresAt === null ? 0 : Date.parse(expiresAt) - now
  return { leftMs, isClosed: channelId !== null && leftMs <= 0 }
}

export const WindowTimer = ({ leftMs }: { leftMs: number }) => {
  if (leftMs <= 0) return null
  return (
    <span
      className={style.window}
      data-tone={leftMs < closingMs ? 'attention' : undefined}
      title="WhatsApp takes free text for 24 hours after the person’s last message"
    >
      <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
        <circle cx="10" cy="10" r="7.5" fill="none" stroke="currentColor" strokeOpacity=".25" strokeWidth="3" />
        <circle
          cx="10"
          cy="10"
          r="7.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="3"
          strokeDasharray={`${Math.min(1, leftMs / dayMs) * around} ${around}`}
          transform="rotate(-90 10 10)"
          strokeLinecap="round"
        />
      </svg>
      <span>
        <span className={style.windowSays}>closes in </span>
        <bdi className="figures">{span(leftMs)}</bdi>
      </span>
    </span>
  )
}

interface Closed {
  name: string
  hadOne: boolean
  toNote: () => void
  /** What can be done all the same. */
  instead: ReactNode
}

/** Why nothing can be written to the person now, what can go all the same, and what changes it by itself. */
export const WindowClosed = ({ name, hadOne, toNote, instead }: Closed) => (
  <>
    <div className={style.closed} role="note">
      <IconLock size={16} stroke={1.8} aria-hidden="true" />
      <p>
        <b>Free text is not possible now.</b>{' '}
        {hadOne ? (
          <>
            WhatsApp takes it for 24 hours after the last message of <bdi>{name}</bdi>, and they are over.
          </>
        ) : (
          <>
            <bdi>{name}</bdi> has not written on WhatsApp yet, and only their message opens it.
          </>
        )}{' '}
        As soon as they write, you can answer here.
      </p>
      <button type="button" onClick={toNote}>
        Write a note
      </button>
    </div>
    {instead}
  </>
)
