import { setTimeout as pass } from 'node:timers/promises'
import { expect } from 'chai'
import type { Act } from '../../actors/audit/contract.ts'
import { actOf } from '../../server/audit.ts'
import { Readings } from '../../server/readings.ts'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'

const opened = (id: string, by = 'mem_1') =>
  actOf({ workspaceId: 'w', by: { kind: 'member', id: by }, action: 'conversation.read', target: id, isRead: true }, 1)

/** Writes into a list, as slowly as it is told. */
function written({ slowMs = 0 } = {}) {
  const writes: { workspaceId: string; ids: (string | undefined)[]; at: number }[] = []
  const errors: unknown[] = []
  const state = { isBroken: false }
  const readings = new Readings({
    async record(workspaceId: string, acts: readonly Act[]) {
      if (state.isBroken) throw new Error('broken')
      writes.push({ workspaceId, ids: acts.map(({ target }) => target?.id), at: performance.now() })
      await pass(slowMs)
    },
    joint: undefined,
    now: () => 1,
    onError: (error) => errors.push(error),
  })
  return { readings, writes, errors, state }
}

describe('readings', () => {
  it('are written at once after a quiet while, and those of a rush together, each once', async () => {
    const { readings, writes } = written()
    for (const id of ['con_1', 'con_2', 'con_1']) readings.note('w', opened(id))
    await until(() => writes.length === 1)
    for (let n = 3; n < 50; n++) {
      readings.note('w', opened(`con_${n}`))
      readings.note('w', opened(`con_${n}`))
      await pass(0)
    }
    await until(() => writes.length === 2)
    expect(writes[0]?.ids).to.deep.equal(['con_1', 'con_2'])
    expect(writes[1]?.ids).to.deep.equal(Array.from({ length: 47 }, (_, n) => `con_${n + 3}`))
    expect((writes[1]?.at ?? 0) - (writes[0]?.at ?? 0)).to.be.at.least(95)
  })

  it('of one workspace do not wait for those of another', async () => {
    const { readings, writes } = written({ slowMs: 5_000 })
    readings.note('w', opened('con_1'))
    readings.note('other', opened('con_1'))
    await until(() => writes.length === 2)
    expect(writes.map(({ workspaceId }) => workspaceId)).to.deep.equal(['w', 'other'])
  })

  it('that could not be written are written when they come again', async () => {
    const { readings, writes, errors, state } = written()
    state.isBroken = true
    readings.note('w', opened('con_1'))
    await until(() => errors.length === 1)
    state.isBroken = false
    readings.note('w', opened('con_1'))
    await until(() => writes.length === 1)
  })

  it('are all written when it closes', async () => {
    const { readings, writes } = written()
    readings.note('w', opened('con_1'))
    await until(() => writes.length === 1)
    readings.note('w', opened('con_2'))
    await readings.close()
    expect(writes.flatMap(({ ids }) => ids)).to.deep.equal(['con_1', 'con_2'])
  })
})

describe('what is opened just before a server closes', () => {
  const app = withApp()

  it('is in its audit', async () => {
    const { business } = app
    const { id: workspaceId } = business.workspace
    for (let n = 0; n < 3; n++) business.person().sends('Hello')
    await app.settled()
    const { queries } = app.careline.storage
    const ids = (await queries.conversationPage(workspaceId, { status: 'open', limit: 9 })).items.map(
      ({ conversation }) => conversation.userId,
    )
    const { accessToken } = await app.careline.auth.openFor(workspaceId, business.members['owner']?.id ?? '')
    const headers = { authorization: `Bearer ${accessToken}`, connection: 'close' }
    for (const id of ids) expect((await fetch(`${app.url}/api/v1/users/${id}`, { headers })).status).to.equal(200)
    await app.careline.close()
    await app.start()
    const { items } = await app.careline.storage.auditLog.page(workspaceId, { action: 'person.read', limit: 10 })
    expect(items.map(({ target }) => target?.id)).to.have.members(ids)
  })
})
