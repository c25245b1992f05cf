import { lazy, Suspense, useState, type ComponentProps } from 'react'
import { Avatar } from '../inbox/avatar.tsx'
import { useStatus } from '../live/use-command.ts'
import { useOwnStatus } from '../live/own-status.ts'
import style from './me-menu.module.css'

// The menu comes with the first press, as that of the thread does: they share most of it.
const MeMenu = lazy(() => import('./me-menu.tsx').then((part) => ({ default: part.MeMenu })))

/** Who is signed in, and how they say they are. */
export const Me = ({ name }: { name: string }) => {
  const [state, setState] = useState<'never' | 'open' | 'closed'>('never')
  if (state === 'never') return <MeButton name={name} onClick={() => setState('open')} />
  return (
    <Suspense fallback={<MeButton name={name} />}>
      <MeMenu name={name} isOpen={state === 'open'} toggle={(isOpen) => setState(isOpen ? 'open' : 'closed')} />
    </Suspense>
  )
}

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
