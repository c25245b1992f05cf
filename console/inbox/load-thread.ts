/** The thread with its composer is a part of its own: the list is there sooner. The router asks for it, too. */
export async function loadThread(): Promise<typeof import('./thread.tsx')> {
  try {
    return await import('./thread.tsx')
  } catch (error) {
    if (navigator.onLine) throw error
    // Without a line it waits for one: what was open stays.
    await new Promise((back) => addEventListener('online', back, { once: true }))
    return loadThread()
  }
}
