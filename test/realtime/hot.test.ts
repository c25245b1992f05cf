import { setTimeout as pass } from 'node:timers/promises'
import { expect } from 'chai'
import { z } from 'zod'
import { actor } from '../../actors/runtime/change.ts'
import { contract } from '../../actors/runtime/contract.ts'
import { hot, hotMs } from '../../actors/runtime/hot.ts'
import { staff, stream, streamsOf } from '../../realtime/socket/stream.ts'
import { until } from '../harness/until.ts'
import { openOwn } from './own-streams.ts'

const Points = z.record(z.string().max(32), z.int())
const board = contract({
  kind: 'test_board',
  messages: {
    score: { input: z.object({ who: z.string().max(32) }), reply: z.object({ points: z.int() }) },
    show: { input: z.object({}) },
    view: { input: z.object({}), reply: z.object({ points: Points }) },
  },
  streams: { main: 'staff' },
  events: { 'test_board.changed': { stream: 'main', data: z.object({ points: Points }) } },
})
const State = z.object({ points: Points, shownAt: z.int() })
type State = z.infer<typeof State>

const shown = hot<typeof board, State>({
  key: 'show',
  wake: (at) => board.remind('show', at, {}),
  shownAt: ({ shownAt }) => shownAt,
  show: (state, { now }) => ({
    state: { ...state, shownAt: now },
    events: [board.event('test_board.changed', { points: state.points })],
  }),
})
const boardActor = actor(board, {
  state: State,
  initial: { points: {}, shownAt: 0 },
  on: {
    score(state, { who }, given) {
      const points = (state.points[who] ?? 0) + 1
      const after = { ...state, points: { ...state.points, [who]: points } }
      return { ...shown.changed(after, given), reply: { points } }
    },
    show: (state, _, given) => shown.show(state, given),
    view: (state) => ({ state, reply: { points: state.points } }),
  },
})
const source = streamsOf(board, {
  main: stream({
    allow: staff,
    shape: z.object({ points: Points }),
    snapshot: ({ workspace, id }) => workspace.at(board, id).view(),
  }),
})

describe('a hot stream', () => {
  it('tells its readers four times a second, nothing too late, and ends as it is', async () => {
    const own = openOwn([boardActor])
    const hall = await own.hall({ sources: [source] })
    const watchers = [await hall.socket('staff:ana'), await hall.socket('staff:ben')]
    for (const watcher of watchers) await watcher.ask('subscribe', { streams: [{ stream: 'test_board:b1' }] })
    const times: number[] = []
    watchers[0]!.on('event', () => times.push(performance.now()))

    const begin = performance.now()
    const at = own.workspace.at(board, 'b1')
    let scored = 0
    for (; performance.now() - begin < 3 * hotMs; scored++) {
      await at.score({ who: `p${scored % 7}` })
      await pass(5)
    }
    const { points } = await at.view()
    expect(Object.values(points).reduce((sum, one) => sum + one)).to.equal(scored)
    const last = ({ events }: { events: any[] }) => JSON.stringify(events.at(-1)?.data.points)
    await until(() => watchers.every((watcher) => last(watcher) === JSON.stringify(points)), 2 * hotMs)

    const { events } = watchers[0]!
    // The first at once, and one whenever a quarter of a second is over.
    expect(events.length)
      .to.be.within(3, 6)
      .and.lessThan(scored / 4)
    for (const [nth, event] of events.entries()) {
      expect(event.seq).to.equal(nth + 1)
      const before = events[nth - 1]
      if (before) expect(Date.parse(event.at) - Date.parse(before.at)).to.be.at.least(hotMs)
    }
    expect(times[0]! - begin, 'the first after a quiet while').to.be.lessThan(hotMs)
    expect(watchers[1]!.events).to.deep.equal(events)
    expect(own.errors).to.deep.equal([])
    await own.close()
  })
})
