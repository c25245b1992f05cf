import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { loadConfig } from '../../../kernel/config.ts'
import { createLog } from '../../../kernel/log.ts'
import { keptDemo } from '../../../server/main/demo/kept.ts'
import { seedDemo } from '../../../server/main/demo/seed.ts'
import { startCareline } from '../../../server/main.ts'
import { startEmbeddedStore } from '../../../store/embedded/start.ts'
import { createApi } from '../../../client/api.ts'
import { connect } from '../../../client/connect.ts'
import { refusal } from '../embedded/harness.ts'
import { recording, type Recorded } from './recording.ts'
import { Replay } from './replay.ts'

/** A slice of what bench/proof/recorded.ts does with the whole test run. */
describe('embedded store: what Careline asks of it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'careline-recorded-'))
  const recorded: Recorded[] = []

  before(async () => {
    const store = await startEmbeddedStore({ directory: join(directory, 'store'), durability: 'relaxed' })
    const { uri, close } = await recording(store.uri, (each) => recorded.push(each))
    const variables = { CARELINE_DATA: directory, PORT: '0', LOG_LEVEL: 'error', MONGODB_URI: uri }
    try {
      await lived(loadConfig({ NODE_ENV: 'test', ...variables }))
    } finally {
      await close()
      await store.close()
    }
  })
  after(() => rmSync(directory, { recursive: true, force: true }))

  async function lived(config: ReturnType<typeof loadConfig>) {
    const demo = await seedDemo(config)
    expect(keptDemo(config.dataDir)?.state).to.equal('ready')
    const careline = await startCareline({ config, log: createLog('error') })
    const { workspaceId = '', members } = demo ?? {}
    const api = createApi({ url: careline.url })
    await api.link(await careline.auth.createOwnerLink(workspaceId, members?.helena ?? ''))
    const screen = connect({ url: careline.url, token: () => api.token() })
    await screen.open(`inbox:${workspaceId}`).ready()
    for (const status of ['open', 'pending', 'resolved', 'all'] as const) await walked(api, status)
    await careline.jobs.stop()
    screen.close()
    await careline.close()
  }

  async function walked(api: ReturnType<typeof createApi>, status: 'open' | 'pending' | 'resolved' | 'all') {
    const { items } = await api.conversations.list({ status, limit: 5 })
    for (const { conversationId, conversation } of items) {
      await api.conversations.messages(conversationId, { limit: 3 })
      await api.users.get(conversation.userId)
      if (status === 'open') await api.conversations.note(conversationId, 'seen')
    }
  }

  async function replayed(meddle: (replay: Replay, at: number) => void = () => undefined) {
    const replay = new Replay()
    try {
      for (const [at, each] of recorded.entries()) {
        meddle(replay, at)
        await replay.take(each)
      }
      await replay.validate()
      return replay.done
    } finally {
      replay.close()
    }
  }

  it('is answered by an index as without one', async () => {
    const { reads, writes, ties, asRecorded, others, shapes, validated } = await replayed()
    expect(reads).to.be.greaterThan(100)
    expect(writes).to.be.greaterThan(250)
    // Who came first at two connections may be told the other way round: rarely.
    expect(asRecorded / (reads + writes + others)).to.be.greaterThan(0.9)
    expect(ties / (reads + writes)).to.be.lessThan(0.1)
    expect(validated).to.be.greaterThan(200)
    const plans = [...shapes.values()]
    expect(plans.filter((plan) => plan === 'IXSCAN').length).to.be.greaterThan(15)
    expect([...shapes.keys()].join('\n'))
      .to.match(/findAndModify agendaJobs/)
      .and.to.match(/find conversations/)
  })

  it('is found out when one index lacks one key', async () => {
    const middle = Math.floor(recorded.length / 2)
    const meddle = ({ store }: Replay, at: number) => {
      if (at !== middle) return
      const index = store.catalog.find('careline.messages')?.indexes[0]
      store.settle()
      store.database.exec(`DELETE FROM ${index?.table} WHERE rid = (SELECT max(rid) FROM ${index?.table})`)
    }
    const error = await refusal(replayed(meddle))
    expect(error.message).to.match(/find in careline\.messages|careline\.messages: index .* lacks a key/)
  })
})
