import { useEffect } from 'react'
import { useSession } from '../live/use-session.ts'
import { useStream } from '../live/use-stream.ts'

/** The counts of the workspace, live. */
export const useInbox = () => useStream(`inbox:${useSession().workspace.id}`)

/** The title of the tab, with how many conversations hold something unread. */
export function useTitle(page: string) {
  const unread = useInbox().data?.counts.unread ?? 0
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${page} · Careline`
  }, [page, unread])
}

/** The same where nobody need be signed in: no count of what waits. */
export const usePlainTitle = (title: string) =>
  useEffect(() => {
    document.title = `${title} · Careline`
  }, [title])
