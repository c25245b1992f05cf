import type { Schedule } from './schedule.ts'

interface Parts {
  settings: { all(): Iterable<[workspaceId: string, settings: unknown]> }
  news: { tell(workspaceId: string): Promise<void> }
}

const hourMs = 60 * 60_000

/** What people ask for by the law is told when it is asked; this reminds, and tells what a crash kept from being told. */
export const privacyNews = ({ settings, news }: Parts): Schedule => ({
  name: 'privacy-news',
  says: 'Reminds those who may answer of what people ask for by the law',
  everyMs: hourMs,
  async run(turn) {
    for (const [workspaceId] of settings.all()) {
      await turn.hold()
      await news.tell(workspaceId)
    }
  },
})
