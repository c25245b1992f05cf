/**
 * Loads a part of its own. Without a line it waits for one: what is open stays, and nothing fails.
 * @throws whatever `load` throws while there is a line
 */
export async function onceOnline<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    const part: Part | undefined = await load()
    // Without a part the page is about to be loaded anew (main.tsx), and nobody needs an answer.
    return part ?? (await new Promise<Part>(() => undefined))
  } catch (error) {
    if (navigator.onLine) throw error
    await new Promise((back) => addEventListener('online', back, { once: true }))
    askAgainForStyles()
    return onceOnline(load)
  }
}

/** Vite asks for a style sheet once, whatever comes of it. */
function askAgainForStyles() {
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]'))
    if (!link.sheet) link.replaceWith(link.cloneNode())
}
