import { lazy, Suspense, useState } from 'react'
import { onceOnline } from '../parts/once-online.ts'
import { MeButton } from './me-button.tsx'

// The menu comes with the first press, as that of the thread does: they share most of it.
const MeMenu = lazy(() => onceOnline(() => import('./me-menu.tsx')).then((part) => ({ default: part.MeMenu })))

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
