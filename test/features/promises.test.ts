import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'

describe('what was promised to people', () => {
  const app = withApp()

  it('warns, is broken and is kept before the eyes of whoever has the thread open', async () => {
    const clinic = await app.open('promising', { isSandbox: true })
    const api = await clinic.as('owner')
    await api.http.post('/sla-policies', { name: 'All', firstResponseMinutes: 60, calendar: 'always' })
    const started = Date.parse((await api.admin.clock()).now)
    const later = async (minutes: number) => {
      await api.admin.moveClock(new Date(started + minutes * 60_000).toISOString())
      await app.settled()
    }
    await api.admin.freezeClock()
    const [late, soon] = [clinic.person('Late'), clinic.person('Soon')]
    for (const one of [late, soon]) one.sends('Hello')
    await app.settled()
    const { items } = await api.conversations.list()
    const idOf = (name: string) => items.find(({ conversation }) => conversation.name === name)?.conversationId ?? ''

    const screen = await clinic.screen('owner')
    const heard: string[] = []
    for (const name of ['Late', 'Soon']) {
      const thread = screen.stream('conversation', idOf(name))
      await thread.ready()
      thread.subscribe(({ event }) => void (event?.type.startsWith('sla.') && heard.push(`${name} ${event.type}`)))
    }
    await api.conversations.send(idOf('Soon'), { content: { kind: 'text', text: 'Good morning' } })
    await until(() => heard.length === 1)
    await later(50)
    await until(() => heard.length === 2)
    await later(70)
    await until(() => heard.length === 3)
    expect(heard).to.deep.equal(['Soon sla.met', 'Late sla.warning', 'Late sla.breached'])
    const clocks = screen.stream('conversation', idOf('Late')).state()?.conversation.sla?.clocks
    expect(clocks?.map(({ promised, breachedAt }) => [promised, breachedAt !== null])).to.deep.equal([
      ['first_response', true],
    ])
  })
})
