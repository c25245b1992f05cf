import assert from 'node:assert/strict'

interface Known<Handler> {
  path: string
  /** Null where an id stands. */
  literals: (string | null)[]
  names: readonly string[]
  handler: Handler
}
export interface Found<Handler> {
  path: string
  params: Record<string, string>
  handler: Handler
}

/**
 * Finds a route by the parts of its path, without trying a pattern for each of some hundred routes. Only what is written
 * as usual: whatever else (other capitals, a `%`, a slash at the end) is not found here, and is the router's to read.
 */
export class Paths<Handler> {
  /** By method and number of parts, in the order in which they were added: the first that fits is meant. */
  readonly #known = new Map<string, Known<Handler>[]>()

  add(method: string, path: string, handler: Handler) {
    const parts = path.split('/').slice(1)
    for (const part of parts) assert.match(part, /^(:\w+|[a-z\d._-]*)$/, path)
    const key = `${method.toUpperCase()} ${String(parts.length)}`
    const literals = parts.map((part) => (part.startsWith(':') ? null : part))
    const names = parts.map((part) => part.slice(1))
    const known = this.#known.get(key) ?? []
    known.push({ path, literals, names, handler })
    this.#known.set(key, known)
  }

  find(method: string, path: string): Found<Handler> | undefined {
    const parts = path.split('/')
    parts.shift()
    for (const one of this.#known.get(`${method} ${String(parts.length)}`) ?? []) {
      const fits = isOf(one.literals, parts)
      if (fits === 'perhaps') return undefined
      if (fits) return { path: one.path, params: paramsOf(one, parts), handler: one.handler }
    }
    return undefined
  }
}

function isOf(literals: readonly (string | null)[], parts: readonly string[]): boolean | 'perhaps' {
  let isUsual = true
  for (const [at, literal] of literals.entries()) {
    const part = parts[at] ?? ''
    if (literal === null) isUsual &&= part !== '' && !part.includes('%')
    else if (part !== literal) {
      if (part.toLowerCase() !== literal) return false
      isUsual = false
    }
  }
  return isUsual || 'perhaps'
}

function paramsOf<Handler>({ literals, names }: Known<Handler>, parts: readonly string[]) {
  const params: Record<string, string> = {}
  for (const [at, literal] of literals.entries()) if (literal === null) params[names[at] ?? ''] = parts[at] ?? ''
  return params
}
