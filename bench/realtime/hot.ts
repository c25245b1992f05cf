import { setTimeout as pass } from 'node:timers/promises'
import type { Watched } from './crowd.ts'
import { Stage } from './stage.ts'

export interface HotFigures extends Watched {
  changes: number
  cpuUs: number
  /** Every line ends as it was changed last. */
  isSame: boolean
}

const lines = 10

/** A list of ten lines that changes all the time, and everybody who watches it. */
export async function hot(watchers: number, perSecond: number, ms: number, profile?: string): Promise<HotFigures> {
  const stage = await Stage.open({ side: 'ours', sockets: watchers, profile })
  const { crowd, made } = stage
  try {
    const conversations = await stage.ask<string[]>('people', lines)
    const inbox = `inbox:${made.workspaceId}`
    await crowd.ask('come', { count: watchers, streams: [{ stream: inbox }] })
    await stage.ask('churn', { conversations, perSecond, ms: 1_000 })
    await pass(1_000)
    await crowd.ask('watch', { everyMs: (lines * 1_000) / perSecond })
    const { changes, names, cpuMs } = await stage.during(() =>
      stage.ask<{ changes: number; names: Record<string, string> }>('churn', { conversations, perSecond, ms }),
    )
    await pass(2_000) // Until the last of it is shown.
    const watched = await crowd.ask<Watched>('watched')
    const isSame = watched.last.every(({ conversationId, conversation }) => names[conversationId] === conversation.name)
    return { ...watched, changes, isSame, cpuUs: (cpuMs * 1_000) / watched.deliveries }
  } finally {
    await stage.close()
  }
}
