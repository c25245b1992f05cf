import type { Found, Persistence, Write } from '../../../actors/runtime/persistence.ts'
import type { CrashPoint } from './wire.ts'

const kill = () => process.kill(process.pid, 'SIGKILL')
const never = () => new Promise<never>(() => undefined)

/** The same persistence, but for what is named here. */
function but(under: Persistence, changed: Partial<Persistence>): Persistence {
  return new Proxy(under, {
    get(target, name: keyof Persistence) {
      const own = changed[name] ?? target[name]
      return typeof own === 'function' ? own.bind(target) : own
    },
  })
}

/** Dies at a named point of the commit of a named actor. */
export class Crashes {
  readonly persistence: Persistence
  #armed: { at: CrashPoint; actor: string } | undefined
  /** After this moment nothing but the reply leaves. */
  isSilent = false

  constructor(under: Persistence) {
    this.persistence = but(under, {
      commit: (write) => this.#commit(under, write),
      claim: (address, owner) => (this.isSilent ? never() : under.claim(address, owner)),
    })
  }

  arm(at: CrashPoint, actor: string) {
    this.#armed = { at, actor }
  }

  async #commit(under: Persistence, write: Write) {
    if (this.isSilent) await never()
    const point = this.#armed?.actor === write.address.id ? this.#armed.at : undefined
    if (point === 'beforeCommit') kill()
    await under.commit(write)
    if (point === 'beforeReply') kill()
    if (point === 'afterReply') this.isSilent = true
  }
}

/** The reply does not wait for the write. */
export function withoutGate(under: Persistence): Persistence {
  return but(under, {
    async commit(write) {
      void under.commit(write).catch(() => undefined) // Nobody hears of it: that is what is missing.
    },
  })
}

/** What was heard of others before is forgotten with each activation. */
export function withoutDeduplication(under: Persistence): Persistence {
  return but(under, {
    async claim(address, owner) {
      const found = await under.claim(address, owner)
      return found && forgetful(found)
    },
  })
}

/** What a crash left to be handed out is not looked for. */
export function withoutRedo(under: Persistence): Persistence {
  return but(under, {
    async claim(address, owner) {
      const found = await under.claim(address, owner)
      return found && { ...found, records: [], document: { ...found.document, out: new Map() } }
    },
  })
}

const forgetful = (found: Found): Found => ({
  ...found,
  document: { ...found.document, seen: new Map(), recent: new Map() },
})
