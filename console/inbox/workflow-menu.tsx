import { IconDots } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import type { Header } from '../../client/wire.ts'
import { useKeys } from '../shell/keys.ts'
import style from './thread.module.css'

// It comes with the first press, like other menus.
const WorkflowPanel = lazy(() => import('./workflow-panel.tsx').then((part) => ({ default: part.WorkflowPanel })))

interface Props {
  conversationId: string
  conversation: Header
}

/** Everything that can be done with a conversation besides answering, assigning and resolving. */
export const WorkflowMenu = ({ conversationId, conversation }: Props) => {
  const [isOpen, setOpen] = useState(false)
  useKeys({ snooze: () => setOpen(true) })
  return (
    <>
      <button
        type="button"
        className={style.iconButton}
        aria-label="Put off, priority, tags and more"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        data-tip="Put off, priority, tags"
        data-tip-key="S"
        onClick={() => setOpen(!isOpen)}
      >
        <IconDots size={18} stroke={1.8} />
      </button>
      {isOpen && (
        <Suspense>
          <WorkflowPanel conversationId={conversationId} conversation={conversation} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
