import { expect } from 'chai'
import { reloading } from './reload.ts'

describe('a rolling reload, as PM2 does it', () => {
  it('answers every request, and live screens lose nothing', async function () {
    // Whoever stands still for longer than half a lease gives up what it owns, as it must, and refuses for a moment.
    // Others use this machine as well: what is so once in four tries is so.
    this.retries(3)
    const { failed, lost, requests, reconnects, sockets, killed, unready } = await reloading({
      sockets: 16,
      perSecond: 30,
      reloads: 1,
      atOnce: 8,
    })
    expect(failed).to.deep.equal([])
    expect(lost).to.deep.equal([])
    expect({ killed, unready }).to.deep.equal({ killed: 0, unready: 0 })
    expect(requests).to.be.greaterThan(100)
    expect(reconnects, 'every screen moved').to.be.at.least(sockets)
  })
})
