import type { ReactNode } from 'react'
import { api } from '../live/careline.ts'

const asks = 'careline.docs.token'
/** Windows that this one has opened: they alone are told. */
const opened = new WeakSet<Window>()

/** A page of the documentation asks who is signed in here: it is told while it is a page of ours. */
async function answer({ source, origin, data }: MessageEvent<unknown>) {
  const isAsked = typeof data === 'object' && data !== null && 'type' in data && data.type === asks
  const window = source as Window | null
  if (!isAsked || origin !== location.origin || !window || !opened.has(window)) return
  const session = api.session()
  if (!session) return
  const { user, workspace } = session
  const told = { type: asks, token: await api.token(), name: user.name, workspace: workspace.name }
  window.postMessage(told, location.origin)
}
const listen = (event: MessageEvent<unknown>) => void answer(event)

/** In a window of its own, where requests can be tried out in one's own name. */
export function openDocs() {
  const window = globalThis.open('/api/v1/docs', '_blank')
  if (!window) return
  opened.add(window)
  globalThis.addEventListener('message', listen)
}

/** Opens the documentation. */
export const DocsLink = ({ children }: { children: ReactNode }) => (
  <a
    href="/api/v1/docs"
    onClick={(event) => {
      // Whoever opens it otherwise (another window, a new tab by the middle button) has a name for as long as the token lasts.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      openDocs()
    }}
  >
    {children}
  </a>
)
