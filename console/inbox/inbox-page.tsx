import { useMediaQuery } from '@mantine/hooks'
import { useNavigate, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useKeys } from '../shell/keys.ts'
import { useInbox, useTitle } from '../shell/use-title.ts'
import { ConversationList } from './conversation-list.tsx'
import style from './inbox.module.css'
import { toRow } from './kept-focus.ts'
import { loadThread } from './load-thread.ts'

const Thread = lazy(() => loadThread().then((part) => ({ default: part.Thread })))
/** Once the list stands, the thread's part comes without being asked for: it then opens at once, also without a line. */
const threadAfterMs = 2_000

const hasRoom = '(min-width: 1180px)'

export const InboxPage = () => {
  const { conversationId } = useParams({ strict: false })
  const navigate = useNavigate()
  const isWide = useMediaQuery(hasRoom, matchMedia(hasRoom).matches)
  const [isPersonWanted, setPersonWanted] = useState<boolean | null>(null)
  const isPersonOpen = isPersonWanted ?? isWide
  const isPersonOver = isPersonOpen && !isWide
  useEffect(() => {
    const timer = setTimeout(() => void loadThread().catch(() => undefined), threadAfterMs)
    return () => clearTimeout(timer)
  }, [])
  useKeys({
    back: () => {
      if (isPersonOver) setPersonWanted(false)
      else if (conversationId)
        void navigate({ to: '/inbox', search: (before) => before }).then(() => toRow(conversationId))
    },
    person: () => setPersonWanted(!isPersonOpen),
  })
  return (
    <div
      className={style.inbox}
      data-open={conversationId ? true : undefined}
      data-person={(conversationId && isPersonOpen) || undefined}
    >
      <ConversationList />
      {conversationId ? (
        <Suspense fallback={<section aria-label="Conversation" aria-busy="true" />}>
          <Thread
            key={conversationId}
            conversationId={conversationId}
            person={{ isOpen: isPersonOpen, toggle: () => setPersonWanted(!isPersonOpen) }}
          />
        </Suspense>
      ) : (
        <Nothing />
      )}
    </div>
  )
}

const Nothing = () => {
  const counts = useInbox().data?.counts
  useTitle('Inbox')
  return (
    <div className={style.nothing}>
      {counts && <p className={style.nothingTitle}>{openNow(counts.open)}</p>}
      <p>
        Press <kbd>J</kbd> for the next conversation, <kbd>?</kbd> for all keys.
      </p>
    </div>
  )
}

function openNow(open: number) {
  if (open === 0) return 'No conversation is open'
  return open === 1 ? 'One conversation is open' : `${open.toLocaleString('en')} conversations are open`
}
