import { lazy, Suspense, useState } from 'react'
import { useKeys } from '../shell/keys.ts'
import { MacroButton } from './macro-button.tsx'

const MacroMenu = lazy(() => import('./macro-menu.tsx').then((part) => ({ default: part.MacroMenu })))

/** The menu comes with the first press. */
export const Macros = ({ conversationId }: { conversationId: string }) => {
  const [state, setState] = useState<'never' | 'open' | 'closed'>('never')
  useKeys({ macro: () => setState('open') })
  if (state === 'never') return <MacroButton onClick={() => setState('open')} />
  return (
    <Suspense fallback={<MacroButton />}>
      <MacroMenu
        conversationId={conversationId}
        isOpen={state === 'open'}
        toggle={(isOpen) => setState(isOpen ? 'open' : 'closed')}
      />
    </Suspense>
  )
}
