import { setTimeout as pass } from 'node:timers/promises'
import { expect } from 'chai'
import { actors } from '../../actors/index.ts'
import type { Caller } from '../../kernel/caller.ts'
import { permissionsOf } from '../../kernel/permissions.ts'
import { Presence } from '../../realtime/socket/presence.ts'
import { Roster } from '../../realtime/socket/roster.ts'
import { Wire, type WireSignal } from '../../realtime/socket/wire.ts'
import { until } from '../harness/until.ts'
import { HandClock } from './floor.ts'

/** The staff of a house, and what those are told who read its list. */
function house(readers: number) {
  const told: { at: number; people: { id: string }[] }[] = []
  const roster = new Roster({ node: 'here' })
  const presence = new Presence({
    wire: new Wire(actors.map(({ contract }) => contract)),
    clock: new HandClock(),
    roster,
    emit: (_, { data }: WireSignal) => told.push({ at: performance.now(), ...(data as { people: { id: string }[] }) }),
    readers: (workspaceId, stream) => (stream === `inbox:${workspaceId}` ? readers : 0),
  })
  let sockets = 0
  const comes = (id: string) => {
    const caller = {
      id,
      workspaceId: 'w1',
      role: 'staff',
      permissions: permissionsOf('staff', { grants: [], withheld: [] }),
    } as unknown as Caller
    presence.come(`s${++sockets}`, caller, 'online', undefined)
  }
  const close = () => {
    presence.close()
    roster.close()
  }
  return { told, comes, close }
}

describe('socket: presence in a large house', () => {
  it('is told after a quiet while as anywhere, and then less often, with nobody left out', async () => {
    const { told, comes, close } = house(1_000)
    // Timers go off in their order, however slow the machine is.
    const toldByThen = pass(900).then(() => told.length)
    comes('m0')
    expect(await toldByThen).to.equal(1)
    for (const id of ['m1', 'm2', 'm3']) comes(id)
    await until(() => told.length === 2)
    expect((told[1]?.at ?? 0) - (told[0]?.at ?? 0)).to.be.at.least(950)
    expect(told[1]?.people.map(({ id }) => id)).to.deep.equal(['m1', 'm2', 'm3'])
    close()
  })

  it('is told five times a second in a small one', async () => {
    const { told, comes, close } = house(20)
    const began = performance.now()
    for (let n = 0; told.length < 3; n++) {
      comes(`m${n}`)
      await pass(20)
    }
    expect((told[2]?.at ?? 0) - began).to.be.at.least(590)
    close()
  })
})
