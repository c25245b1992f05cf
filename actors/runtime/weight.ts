import { Problem } from '../../kernel/problem.ts'
import type { Activation } from './activation.ts'
import { type Address, keyOf } from './turn.ts'

const toldMax = 1_000

/** Keeps documents small: writing one is what a turn costs, and what grows without end belongs into rows. */
export class Weights {
  readonly #heavyBytes: number
  readonly #maxBytes: number
  readonly #onHeavy: (address: Address, bytes: number) => void
  /** Whose turns are looked at one by one. */
  readonly #watched = new Set<Activation>()
  readonly #told = new Set<string>()

  constructor(
    { heavyBytes, documentMaxBytes }: { heavyBytes: number; documentMaxBytes: number },
    onHeavy: (address: Address, bytes: number) => void,
  ) {
    this.#heavyBytes = heavyBytes
    this.#maxBytes = documentMaxBytes
    this.#onHeavy = onHeavy
  }

  /** How many actors have been heavy since this process began. */
  get heavy() {
    return this.#told.size
  }

  watch(activation: Activation) {
    this.#watched.add(activation)
  }

  end(activation: Activation) {
    this.#watched.delete(activation)
  }

  /** @throws Problem `document_too_large`, where this turn is the one that makes it too much */
  demandRoom(activation: Activation, state: object) {
    if (this.#watched.size === 0 || !this.#watched.has(activation)) return
    const bytes = weigh(state)
    if (bytes <= this.#maxBytes || bytes <= weigh(activation.state)) return
    const most = Math.round(this.#maxBytes / 1_024)
    throw new Problem('too_large', 'document_too_large', `There is no room for this: ${most} KB is the most.`)
  }

  /** Whether the turns of a batch made more of it than may be written. One that was too much may become less. */
  isTooMuch(activation: Activation) {
    const bytes = weigh(activation.state)
    if (bytes > this.#heavyBytes) this.#tell(activation.address, bytes)
    return bytes > this.#maxBytes && !this.#watched.has(activation)
  }

  #tell(address: Address, bytes: number) {
    const key = keyOf(address)
    if (this.#told.size >= toldMax || this.#told.has(key)) return
    this.#told.add(key)
    this.#onHeavy(address, bytes)
  }
}

/** What large fields of states weigh. No turn changes one in place, and most stay as they are from write to write. */
const large = new WeakMap<object, number>()
const largeBytes = 1_024

/** About as many bytes as this state takes in a document. It is counted with each write, so it must cost little. */
export function weigh(state: object): number {
  let bytes = 5
  for (const field in state) {
    const value = (state as Record<string, unknown>)[field]
    bytes += field.length + 2 + (typeof value === 'object' && value !== null ? weighField(value) : weighValue(value))
  }
  return bytes
}

function weighField(value: object): number {
  const known = large.get(value)
  if (known !== undefined) return known
  const bytes = weighParts(value)
  if (bytes >= largeBytes) large.set(value, bytes)
  return bytes
}

function weighValue(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return value.length + 5
    case 'number':
      return 8
    case 'object':
      return value === null ? 1 : weighParts(value)
    default:
      return 1
  }
}

function weighParts(value: object): number {
  let bytes = 5
  if (Array.isArray(value)) for (const item of value) bytes += weighValue(item) + 4
  else for (const key in value) bytes += key.length + 2 + weighValue((value as Record<string, unknown>)[key])
  return bytes
}
