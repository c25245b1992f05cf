import { IconHelpCircle } from '@tabler/icons-react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { Header } from '../../client/wire.ts'
import { IconButton } from '../parts/button.tsx'
import { useKeys } from '../shell/keys.ts'

const Drawer = lazy(() => import('./why-drawer.tsx').then(({ WhyDrawer }) => ({ default: WhyDrawer })))

/** For the last day, instead of one message. */
const day = 'day'

/** What is asked about is in the address, so that the answer can be sent to a colleague. */
function useWhy() {
  const navigate = useNavigate()
  const { why } = useSearch({ strict: false })
  const ask = (about: string | undefined) =>
    void navigate({
      to: '.',
      search: ({ why: _, ...before }) => (about === undefined ? before : { ...before, why: about }),
    })
  return { why, ask }
}

/** The drawer of an open thread. W asks about the last day: why something happened, or nothing did. */
export const Why = ({ conversation: { userId, name } }: { conversation: Header }) => {
  const { why, ask } = useWhy()
  useKeys({ why: () => ask(day) })
  if (why === undefined) return null
  return (
    <Suspense fallback={null}>
      <Drawer userId={userId} name={name} messageId={why === day ? undefined : why} close={() => ask(undefined)} />
    </Suspense>
  )
}

/** For whoever has no keys: why nothing came, say. */
export const AskWhyAll = ({ done }: { done: () => void }) => {
  const { ask } = useWhy()
  const press = () => {
    done()
    ask(day)
  }
  return (
    <button type="button" onClick={press}>
      What was decided and what happened
    </button>
  )
}

/** On a bubble: why it went as it did. */
export const AskWhy = ({ messageId, className }: { messageId: string; className: string | undefined }) => {
  const { ask } = useWhy()
  return (
    <IconButton says="Why this message" className={className} data-tip="Why" onClick={() => ask(messageId)}>
      <IconHelpCircle size={16} stroke={1.9} />
    </IconButton>
  )
}
