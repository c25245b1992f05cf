import { expect } from 'chai'
import { connect } from '../../client/connect.ts'
import { until } from '../harness/until.ts'
import { caughtUp } from '../harness/verify-stream.ts'
import { fade, type Fading } from './realtime/crowd.ts'
import { brief, type Fault, faults } from './realtime/faults.ts'
import { underFault } from './realtime/matrix.ts'
import { Pair } from './realtime/pair.ts'
import type { Employee } from './realtime/people.ts'
import { stall } from './realtime/stalled.ts'

const several = ['client dropped', 'one-way cut', 'Redis links killed', 'Redis restarted empty', 'node kill -9']
const crowd = 200
const both = 40

/** The short forms of bench/proof/{matrix,presence,stalled}.ts: one after the other, on the same two processes. */
describe('live screens over two processes', () => {
  let pair: Pair
  let staff: Employee[]
  /** It takes the grace: meanwhile other things happen. */
  let fading: Promise<Fading>
  before(async () => {
    pair = await Pair.open()
    staff = await pair.staff.hire(crowd + 1)
  })
  after(() => pair.close())

  it('end as they would have without any fault, when several happen; plain Socket.IO loses events', async () => {
    const chosen = faults.filter(({ name }) => several.includes(name))
    const all: Fault = {
      name: 'several',
      isLossy: true,
      async happens(pair, lengths) {
        for (const fault of chosen) await fault.happens(pair, lengths)
      },
    }
    const outcome = await underFault(pair, all, staff, { clients: 8, events: 300, spanMs: 3_000, lengths: brief })
    expect(outcome).to.include({ lost: 0, repeated: 0, unordered: 0, differing: 0, snapshots: 0 })
    expect(outcome.returns, 'they were cut').to.be.greaterThan(8)
    expect(outcome.plain.losers, 'the control felt it').to.be.greaterThan(0)
  })

  it('of somebody whose right ends are closed within five seconds, on both, whatever the processes were told', async () => {
    fading = fade(pair, staff, both)
    fading.catch(() => undefined) // Looked at below.
    const [disabled, out, stays] = await pair.staff.hire(3)
    const [, site] = pair.ours
    const open = ({ token }: Employee) => connect({ url: site?.url ?? '', token: () => token })
    const [one, two, three] = [disabled!, out!, stays!].map(open)
    await Promise.all([one!, two!, three!].map(caughtUp))
    const began = performance.now()
    await Promise.all([pair.staff.disable(disabled!.id), pair.staff.signOut(out!.sessionId)])
    await until(() => one!.status().isEnded && two!.status().isEnded)
    expect(performance.now() - began).to.be.lessThan(10_000)
    for (const ended of [one!, two!]) expect(ended.status().error).to.include({ code: 'session_revoked' })
    expect(three!.status().state).to.equal('live')
    for (const client of [one!, two!, three!]) client.close()
  })

  it('that stop reading are cut, take nothing from the others, and come up again', async () => {
    // What they cost in memory says bench/proof/stalled.ts: here every frame is written down as well.
    const { grownMb: _, ...rest } = await stall(pair, staff, { sockets: 10, events: 350 })
    expect(rest).to.deep.equal({ sockets: 10, cut: 10, differing: 0, wrong: 0 })
  })

  it('show a crowd as gone when the grace is over after its process was killed, and nobody who is elsewhere', async () => {
    const { people, firstMs, lastMs, wrong, flaps } = await fading
    expect({ people, wrong, flaps }).to.deep.equal({ people: crowd, wrong: 0, flaps: 0 })
    expect(firstMs).to.be.greaterThan(9_000)
    expect(lastMs).to.be.lessThan(25_000)
  })
})
