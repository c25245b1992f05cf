import type { ComponentProps } from 'react'
import { Avatar } from '../inbox/avatar.tsx'
import { useOwnStatus } from '../live/own-status.ts'
import { useStatus } from '../live/use-command.ts'
import style from './me-menu.module.css'

/** Who is signed in, as a press that opens more. */
export const MeButton = ({ name, ...rest }: ComponentProps<'button'> & { name: string }) => {
  const status = useOwnStatus()
  const isConnected = useStatus().state === 'live'
  return (
    <button
      type="button"
      {...rest}
      className={style.me}
      aria-haspopup="menu"
      data-tip="How you are, and sign out"
      data-tip-side="end"
    >
      <Avatar name={name} size={30} {...(isConnected && { status })} />
      <span className="unseen">
        {name}: {isConnected ? status : 'not connected'}
      </span>
    </button>
  )
}
