import type { z } from 'zod'
import type { Effects } from '../runtime/effect.ts'
import type { letterbox, Posted, Sent } from './contract.ts'

export interface LetterboxPorts {
  /** Writes it in its language and hands it to the provider. Refusals are results; what is thrown is tried again. */
  mail(letter: Omit<Posted, 'notAfter'>): Promise<Omit<z.output<typeof Sent>, 'letterId'>>
}

export function letterboxEffects({ mail }: LetterboxPorts): Effects<typeof letterbox> {
  return {
    mail: {
      async run(letter) {
        return { letterId: letter.letterId, ...(await mail(letter)) }
      },
    },
  }
}
