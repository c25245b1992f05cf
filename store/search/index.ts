import type { RowWrite } from '../../actors/runtime/contract.ts'
import { BoundedMap } from '../../kernel/bounded-map.ts'
import type { Rest } from '../rest.ts'
import { tokensOf, tokensOfNumber } from './words.ts'

/** Bytes of a hash are not spared for uniqueness: every hit is opened and compared. */
const hashLength = 8
/** A language has few beginnings of words, and one keyed hash costs more than all else that is done with a word. */
const knownMax = 20_000

/** The fields of a content that hold words which people read. */
const worded: ReadonlySet<string> = new Set([
  ...['text', 'caption', 'fileName', 'name', 'address', 'title', 'description', 'phones', 'parameters', 'subject'],
])
const deepest = 5

/** All that a content says, of whatever kind it is. */
export function saidIn(content: unknown, depth = 0): string[] {
  if (depth > deepest || content === null || typeof content !== 'object') return []
  return Object.entries(content).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'string') return worded.has(name) ? [value] : []
    if (!Array.isArray(value)) return saidIn(value, depth + 1)
    return value.flatMap((one: unknown) => {
      if (typeof one === 'string') return worded.has(name) ? [one] : []
      return saidIn(one, depth + 1)
    })
  })
}

/** A row of words, as it is written beside that of its message. */
interface WordsRow {
  in: 'message_words'
  id: string
  rev: number
  insert?: { _id: string; words: string[]; [field: string]: unknown }
  set?: { words: string[] }
}

interface Found {
  userId: string
  conversationId: string
  at: number
  content: unknown
}

/** By what messages and people are found. What is found rests beside what it is of, and is written with it. */
export class SearchIndex {
  readonly #rest: Rest
  readonly #known = new BoundedMap<string, string>(knownMax)
  /** Whether the messages of a workspace can be searched; whoever opens the store says it. */
  isOn: (workspaceId: string) => boolean = () => true

  constructor(rest: Rest) {
    this.#rest = rest
  }

  hashes(workspaceId: string, tokens: readonly string[]): string[] {
    return tokens.map((token) => this.#hash(workspaceId, token))
  }

  wordsOfMessage(workspaceId: string, content: unknown): string[] {
    return this.hashes(workspaceId, tokensOf(saidIn(content)))
  }

  /** The row of words that goes with the row of a message; none where what it says is not in this write. */
  rowOf(write: RowWrite<string>, workspaceId: string, rev: number): WordsRow[] {
    if (write.row !== 'message' || !this.isOn(workspaceId)) return []
    const home = { in: 'message_words', id: write.id, rev } as const
    if ('insert' in write) {
      const { userId, conversationId, at, content } = write.insert as Found
      const words = this.wordsOfMessage(workspaceId, content)
      const insert = { _id: write.id, workspaceId, userId, conversationId, at: new Date(at), words, rev }
      return [{ ...home, insert }]
    }
    const { content } = write.set as Partial<Found>
    return content === undefined ? [] : [{ ...home, set: { words: this.wordsOfMessage(workspaceId, content) } }]
  }

  /** What a person's document has besides its state: by what they are found. Nothing where none of it changed. */
  ofPerson(workspaceId: string, state: object, changed: readonly string[]): { words?: string[] } {
    if (!changed.some((field) => personal.has(field))) return {}
    const { texts, numbers } = namesOf(state)
    const tokens = new Set([...tokensOf(texts), ...numbers.flatMap(tokensOfNumber)])
    return { words: this.hashes(workspaceId, [...tokens]) }
  }

  #hash(workspaceId: string, token: string): string {
    const key = `${workspaceId}/${token}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const hash = this.#rest.blind(workspaceId, `word/${token}`).slice(0, hashLength)
    this.#known.set(key, hash)
    return hash
  }
}

const personal: ReadonlySet<string> = new Set(['name', 'firstName', 'lastName', 'identities'])

interface Named {
  name?: string
  firstName?: string
  lastName?: string
  identities?: readonly { kind: string; value: string }[]
}

/** What somebody is called, and their numbers. */
export function namesOf(state: object): { texts: string[]; numbers: string[] } {
  const { name = '', firstName = '', lastName = '', identities = [] } = state as Named
  const isNumber = ({ kind }: { kind: string }) => kind === 'phone' || kind === 'wa_id'
  const others = identities.filter((one) => !isNumber(one)).map(({ value }) => value)
  return {
    texts: [name, firstName, lastName, ...others],
    numbers: identities.filter(isNumber).map(({ value }) => value),
  }
}
