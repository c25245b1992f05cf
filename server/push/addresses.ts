import type { Store } from '../../store/connection.ts'
import type { Rest } from '../../store/rest.ts'
import { dropPersonPush, personSignIns } from '../../store/settings/person-sessions.ts'
import { placeOf, type PushAddress } from '../auth/person-devices.ts'

/** A device that wants to be told of what comes while the app is closed; `pushAt`: since when, epoch ms. */
export interface ToldDevice extends PushAddress {
  /** Of its sign-in. */
  id: string
  name: string
  pushAt: number
}

interface Parts {
  store: Store
  rest: Rest
  now(): number
}

/** Where push services find the devices of people who are signed in to the app. */
export class PushAddresses {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The latest first. */
  async of(workspaceId: string, userId: string): Promise<ToldDevice[]> {
    const { store, rest, now } = this.#parts
    await rest.ready(workspaceId)
    const found = await personSignIns(store, workspaceId, userId, now())
    return found.flatMap(({ id, device, push, pushAt }) => {
      if (push === null) return []
      const address = rest.unseal(placeOf(workspaceId, id), push) as PushAddress
      return [{ id, name: device.name, ...address, pushAt }]
    })
  }

  /** A push service says that this one is nobody's. */
  async letGo(device: Pick<ToldDevice, 'id' | 'pushAt'>) {
    await dropPersonPush(this.#parts.store, device)
  }
}
