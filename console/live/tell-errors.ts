import { ApiProblem } from '../../client/problem.ts'
import { api } from './careline.ts'

const againMs = 60_000
const told = new Map<string, number>()

/** What nobody here has caught is told to the server, each kind once a minute; a person sees nothing of it. */
export function tellErrors() {
  addEventListener('error', ({ error }) => void tell(error))
  addEventListener('unhandledrejection', ({ reason }) => void tell(reason))
}

async function tell(error: unknown) {
  // What the server refused it knows, and where there is none nobody can be told.
  if (!(error instanceof Error) || error instanceof ApiProblem || !api.session()) return
  const { name, stack = '' } = error
  const now = Date.now()
  const key = `${name} ${stack.slice(0, 500)}`
  if (now - (told.get(key) ?? -againMs) < againMs) return
  told.set(key, now)
  try {
    await api.errors.tell({ name: name.slice(0, 100), stack: stack.slice(0, 8_000), page: location.pathname })
  } catch (problem) {
    if (!(problem instanceof ApiProblem)) throw problem
    told.delete(key) // Perhaps next time.
  }
}
