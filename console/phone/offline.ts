import type { OwnConversationState } from '../../client/streams/own.ts'

/**
 * Has the app’s page, and nothing else of the console, open without a network: a worker for /app alone keeps the files
 * that it is made of. What was loaded before it came is named to it.
 */
export async function keepForOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const { serviceWorker } = navigator
  serviceWorker.addEventListener('message', ({ data }) => {
    if ((data as { isKept?: boolean } | null)?.isKept) document.documentElement.dataset['offline'] = 'ready'
  })
  await serviceWorker.register('/app-worker.js', { scope: '/app' })
  const { active } = await serviceWorker.ready
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name)
  active?.postMessage({ keep: loaded })
}

const slotOf = (name: string, conversationId: string) => `careline.app.${name}.conversation.${conversationId}`

/** What was seen of the conversation last, for a start without a network. */
export function keptConversation(name: string, conversationId: string): OwnConversationState | undefined {
  try {
    return (JSON.parse(localStorage.getItem(slotOf(name, conversationId)) ?? 'null') ?? undefined) as
      OwnConversationState | undefined
  } catch {
    return undefined // Somebody else wrote there: it is read anew.
  }
}

const keptMax = 100

export function keepConversation(name: string, conversationId: string, state: OwnConversationState) {
  const kept = JSON.stringify({ ...state, messages: state.messages.slice(-keptMax) })
  try {
    localStorage.setItem(slotOf(name, conversationId), kept)
  } catch {
    localStorage.removeItem(slotOf(name, conversationId)) // A full storage: an old thread would be worse than none.
  }
}

/** Whoever signs out leaves nothing behind. */
export function forgetConversations(name: string) {
  const prefix = slotOf(name, '')
  for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key)
}
