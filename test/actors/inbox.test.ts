import { expect } from 'chai'
import type { Line } from '../../actors/inbox/contract.ts'
import { inboxEffects } from '../../actors/inbox/effects.ts'
import type { EffectContext } from '../../actors/runtime/effect.ts'
import { conflict } from '../../kernel/problem.ts'

describe('inbox: the lines that it shows', () => {
  const lineOf = (text: string) =>
    ({ conversation: { name: text }, last: null }) as unknown as Omit<Line, 'conversationId'>
  const read: string[][] = []
  const effects = inboxEffects({
    linesOf: (_, ids) => {
      read.push([...ids])
      return Promise.resolve(ids.filter((id) => id !== 'gone').map((id) => ({ conversationId: id, ...lineOf('read') })))
    },
  })
  const contextOf = (line: (id: string) => Promise<unknown>) =>
    ({ workspaceId: 'w1', workspace: { at: (_: unknown, id: string) => ({ line: () => line(id) }) } }) as never
  const run = (context: EffectContext, ...conversationIds: string[]) =>
    effects.readLines.run({ conversationIds }, 'key', context)
  beforeEach(() => void read.splice(0))

  it('are told by the conversations, and nothing is read', async () => {
    const { lines } = await run(
      contextOf((id) => Promise.resolve(lineOf(`told by ${id}`))),
      'c_a',
      'c_b',
    )
    expect(lines.map(({ conversationId, conversation }) => [conversationId, conversation.name])).to.deep.equal([
      ['c_a', 'told by c_a'],
      ['c_b', 'told by c_b'],
    ])
    expect(read).to.deep.equal([])
  })

  it('of conversations that cannot answer are read, and hold up no others', async () => {
    const told = (id: string) =>
      id === 'c_a' ? Promise.resolve(lineOf('told')) : Promise.reject(conflict('no', 'No.'))
    const { lines } = await run(contextOf(told), 'c_b', 'c_a', 'gone')
    expect(lines.map(({ conversationId, conversation }) => [conversationId, conversation.name])).to.deep.equal([
      ['c_a', 'told'],
      ['c_b', 'read'],
    ])
    expect(read).to.deep.equal([['c_b', 'gone']])
  })
})
