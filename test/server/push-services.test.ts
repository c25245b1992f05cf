import { expect } from 'chai'
import { vapidKeysFor } from '../../providers/push/web-push.ts'
import { PushServices } from '../../server/push/services.ts'

describe('the services that tell people’s devices', () => {
  const parts = { played: () => undefined, contact: () => 'mailto:push@localhost', door: {} as never, now: () => 0 }

  it('name a business its own key, the same each time', () => {
    const services = new PushServices({ secret: 'a secret', ...parts })
    const [a, b] = ['ws_a', 'ws_b'].map((id) => vapidKeysFor('a secret', id).publicKey)
    expect(['ws_a', 'ws_b', 'ws_a', 'ws_b'].map((id) => services.webKey(id))).to.deep.equal([a, b, a, b])
    services.close()
  })
})
