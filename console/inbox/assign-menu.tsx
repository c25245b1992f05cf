import { IconChevronDown, IconUserPlus } from '@tabler/icons-react'
import { lazy, Suspense, useState, type ComponentProps } from 'react'
import { useCommand } from '../live/use-command.ts'
import { usePresence } from '../live/use-presence.ts'
import { useMembers } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { useKeys } from '../shell/keys.ts'
import { Avatar, withStatus } from './avatar.tsx'
import style from './thread.module.css'

// The menu comes with the first press: it is a tenth of the page, and most threads are answered without it.
const AssignList = lazy(() => import('./assign-list.tsx').then((part) => ({ default: part.AssignList })))

interface Props {
  conversationId: string
  assigneeId: string | null
}

export const AssignMenu = ({ conversationId, assigneeId }: Props) => {
  const [state, setState] = useState<'never' | 'open' | 'closed'>('never')
  const { run, error } = useCommand('conversation.assign')
  useKeys({ assign: () => setState('open') })
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

type ButtonProps = ComponentProps<'button'> & { assigneeId: string | null }

/** Who has the conversation. */
export const AssignButton = ({ assigneeId, ...rest }: ButtonProps) => {
  const { me, nameOf } = useMembers()
  const name = nameOf(assigneeId)
  const people = usePresence()
  const isNobody = assigneeId === null
  return (
    <button type="button" {...rest} className={style.assign} aria-haspopup="menu" data-tip="Assign" data-tip-key="A">
      {isNobody ? (
        <IconUserPlus size={18} stroke={1.7} aria-hidden="true" />
      ) : (
        <Avatar name={assigneeId === me.id ? me.name : name} size={22} {...withStatus(people[assigneeId])} />
      )}
      {!isNobody && <span className="unseen">Assigned to </span>}
      <span>{isNobody ? 'Assign' : name}</span>
      <IconChevronDown size={14} aria-hidden="true" />
    </button>
  )
}
