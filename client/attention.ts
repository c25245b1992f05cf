import type { Line } from './line.ts'
import { randomId } from './random.ts'
import type { CommandInput, FleetingName } from './wire.ts'

// The server takes a typing for over after 6 s, and no more than one a second.
const renewMs = 3_000

/** What this person is doing now. Nothing of it is kept, but how they are and where they look is said again after a reconnect. */
export class Attention {
  readonly #line: () => Line
  readonly #now: () => number
  readonly #viewed = new Map<string, number>()
  readonly #typedAt = new Map<string, number>()
  #status: 'online' | 'away' | 'busy' = 'online'

  constructor(line: () => Line, now: () => number) {
    this.#line = line
    this.#now = now
  }

  /** The server forgets it with the connection: it is said again on the next one. */
  presence(status: 'online' | 'away' | 'busy') {
    this.#status = status
    this.#line().say('presence', { status })
  }

  /** A new connection, on which one counts as online until one says otherwise. */
  up() {
    if (this.#status !== 'online') this.#line().say('presence', { status: this.#status })
  }

  /** Call it on every key: what is too much is not sent. */
  typing(conversationId: string, on: boolean) {
    const last = this.#typedAt.get(conversationId)
    if (on && last !== undefined && this.#now() - last < renewMs) return
    if (!on && last === undefined) return
    if (on) this.#typedAt.set(conversationId, this.#now())
    else this.#typedAt.delete(conversationId)
    this.#say('conversation.typing', { conversationId, on })
  }

  /** The answer ends it. Several parts of a screen may look at the same conversation. */
  viewing(conversationId: string): () => void {
    const before = this.#viewed.get(conversationId) ?? 0
    this.#viewed.set(conversationId, before + 1)
    if (before === 0) this.#look(conversationId, true)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      const left = (this.#viewed.get(conversationId) ?? 1) - 1
      if (left > 0) this.#viewed.set(conversationId, left)
      else {
        this.#viewed.delete(conversationId)
        this.#look(conversationId, false)
      }
    }
  }

  /** A stream is followed (again): the server has to be told who looks. */
  followed(stream: string) {
    const conversationId = stream.replace('conversation:', '') // Of another kind it is no id of one.
    if (this.#viewed.has(conversationId)) this.#look(conversationId, true)
  }

  #look(conversationId: string, on: boolean) {
    this.#say('conversation.viewing', { conversationId, on })
  }

  #say<Name extends FleetingName>(name: Name, input: CommandInput<Name>) {
    this.#line().say('command', { id: randomId('cmd'), name, input })
  }
}
