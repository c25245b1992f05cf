import jwt from 'jsonwebtoken'
import { type Made, secret, type StartOptions } from './place.ts'

export type Say = (answer: object) => void

/** The numbers of events, kept in memory. */
export class Turns {
  readonly #seqs = new Map<string, number>()

  now(stream: string) {
    return this.#seqs.get(stream) ?? 1
  }

  next(stream: string) {
    const seq = this.now(stream) + 1
    this.#seqs.set(stream, seq)
    return seq
  }
}

/** What ours makes in its store: people with tokens, and three streams. */
export function madeBeside({ people, signIns }: StartOptions): Made {
  const claims = { wid: 'w1', role: 'staff' }
  const tokenOf = (_: unknown, nth: number) =>
    jwt.sign({ sub: `mem_${nth % people}`, sid: `ses_${String(nth).padStart(32, '0')}`, ...claims }, secret, {
      expiresIn: 900,
    })
  const names = ['conversation:con_01936b0e7c7a70008000000000000001', 'inbox:w1', 'user:usr_one']
  return {
    workspaceId: 'w1',
    tokens: Array.from({ length: signIns }, tokenOf),
    conversationId: 'con_01936b0e7c7a70008000000000000001',
    quietId: 'con_01936b0e7c7a70008000000000000002',
    streams: names.map((stream) => ({ stream, since: 1 })),
  }
}
