import type { Effects } from '../runtime/effect.ts'
import type { Going, Handed, messenger } from './contract.ts'

export type HandedOver = Omit<Handed, 'textId' | 'way'>

export interface MessengerPorts {
  /** Writes it in its language and hands it to the provider of its way. Refusals and unknown outcomes are results. */
  send(text: Going): Promise<HandedOver>
  /** What became of one of which that is not known: `accepted`, or `unknown` where the provider does not know it either. */
  find(text: Going): Promise<HandedOver>
}

export function messengerEffects({ send, find }: MessengerPorts): Effects<typeof messenger> {
  const named = ({ textId, way }: Going, handed: HandedOver): Handed => ({ textId, way, ...handed })
  return {
    send: {
      run: async (text) => named(text, await send(text)),
      // What the server did as it stopped is not known: nothing is sent again, and the provider is asked later.
      lookUp: async (text) => named(text, await find(text)),
    },
    find: { run: async (text) => named(text, await find(text)) },
  }
}
