import type { Line } from './line.ts'
import { randomId } from './random.ts'
import type { CommandInput, FleetingName } from './wire.ts'

type Availability = 'online' | 'away' | 'busy'

// The server takes a typing for over after 6 s, and no more than one a second.
const renewMs = 3_000

/** What this person is doing now. Nothing of it is kept, but how they are and where they look is said again after a reconnect. */
export function attentionOn(line: () => Line, now: () => number) {
  const viewed = new Map<string, number>()
  const typedAt = new Map<string, number>()
  let mine: Availability = 'online'
  const say = <Name extends FleetingName>(name: Name, input: CommandInput<Name>) =>
    line().say('command', { id: randomId('cmd'), name, input })
  const sayMine = () => line().say('presence', { status: mine })
  const look = (conversationId: string, on: boolean) => say('conversation.viewing', { conversationId, on })

  return {
    /** The server forgets it with the connection: it is said again on the next one. */
    presence(status: Availability) {
      mine = status
      sayMine()
    },

    /** A new connection, on which one counts as online until one says otherwise. */
    up() {
      if (mine !== 'online') sayMine()
    },

    /** Call it on every key: what is too much is not sent. */
    typing(conversationId: string, on: boolean) {
      const last = typedAt.get(conversationId)
      if (on ? now() - (last ?? -Infinity) < renewMs : last === undefined) return
      if (on) typedAt.set(conversationId, now())
      else typedAt.delete(conversationId)
      say('conversation.typing', { conversationId, on })
    },

    /** The answer ends it. Several parts of a screen may look at the same conversation. */
    viewing(conversationId: string): () => void {
      const before = viewed.get(conversationId) ?? 0
      viewed.set(conversationId, before + 1)
      if (before === 0) look(conversationId, true)
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        const left = (viewed.get(conversationId) ?? 1) - 1
        if (left > 0) viewed.set(conversationId, left)
        else if (viewed.delete(conversationId)) look(conversationId, false)
      }
    },

    /** A stream is followed (again): the server has to be told who looks. */
    followed(stream: string) {
      const conversationId = stream.replace('conversation:', '') // Of another kind it is no id of one.
      if (viewed.has(conversationId)) look(conversationId, true)
    },
  }
}
