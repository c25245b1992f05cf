/** The embedded store in a process of its own, as `careline store` runs it: two servers share it. */
import { startEmbeddedStore } from '../../store/embedded/start.ts'
import { answer } from '../program.ts'

let store: Awaited<ReturnType<typeof startEmbeddedStore>>

answer({
  async start({ directory }: { directory: string }) {
    store = await startEmbeddedStore({ directory })
    return store.uri
  },
  stop: () => (store as typeof store | undefined)?.close(),
})
