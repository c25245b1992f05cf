import { lazy, Suspense, useState } from 'react'
import { useCommand } from '../live/use-command.ts'
import { useMembers } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { useKeys } from '../shell/keys.ts'
import { AssignButton } from './assign-button.tsx'
import style from './thread.module.css'

// The menu comes with the first press: it is a tenth of the page, and most threads are answered without it.
const AssignList = lazy(() => import('./assign-list.tsx').then((part) => ({ default: part.AssignList })))

interface Props {
  conversationId: string
  assigneeId: string | null
  /** False where several are on a page: no key would know which is meant. */
  hasKeys?: boolean
}

export const AssignMenu = ({ conversationId, assigneeId, hasKeys = true }: Props) => {
  const [state, setState] = useState<'never' | 'open' | 'closed'>('never')
  const { run, error } = useCommand('conversation.assign')
  useKeys(hasKeys ? { assign: () => setState('open') } : {})
  return (
    <>
      <Take conversationId={conversationId} isFree={assigneeId === null} />
      {state === 'never' ? (
        <AssignButton assigneeId={assigneeId} onClick={() => setState('open')} />
      ) : (
        <Suspense fallback={<AssignButton assigneeId={assigneeId} />}>
          <AssignList
            isOpen={state === 'open'}
            assigneeId={assigneeId}
            toggle={(isOpen) => setState(isOpen ? 'open' : 'closed')}
            assign={(id) => run({ conversationId, assigneeId: id })}
          />
        </Suspense>
      )}
      {error && <span role="alert">{error.title}</span>}
    </>
  )
}

/** One press, and it is mine: unless a colleague was quicker, and then it says who. */
const Take = ({ conversationId, isFree }: { conversationId: string; isFree: boolean }) => {
  const { run, error, isWaiting } = useCommand('conversation.take')
  const { nameOf } = useMembers()
  return (
    <>
      {error && (
        <span role="alert">{error.holderId === undefined ? error.title : `${nameOf(error.holderId)} was first.`}</span>
      )}
      {isFree && (
        <Button className={style.take} disabled={isWaiting} onClick={() => run({ conversationId })}>
          Take
        </Button>
      )}
    </>
  )
}
