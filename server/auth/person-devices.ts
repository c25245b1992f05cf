import type { Caller } from '../../kernel/caller.ts'
import { missing } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import type { Rest } from '../../store/rest.ts'
import {
  describePersonDevice,
  type PersonDevice,
  type PersonSignIn,
  personSignIns,
} from '../../store/settings/person-sessions.ts'

interface Parts {
  store: Store
  rest: Rest
  /** Ends one sign-in, with its sockets. */
  end(familyId: string): Promise<void>
  now(): number
}

/** Where a push service finds a device. */
export interface PushAddress {
  service: 'fcm' | 'apns' | 'webpush'
  /** As the service has given it to the app. */
  token: string
}

/** Where the people who are looked after are signed in: what these devices are, and how they are told of something. */
export class PersonDevices {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async list({ workspaceId, id, sessionId }: Caller) {
    const found = await this.#of(workspaceId, id)
    return found.map(({ push, pushAt: _, ...one }) => ({
      ...one,
      hasPush: push !== null,
      isCurrent: one.id === sessionId,
    }))
  }

  /** Of the device that asks. `push` null: it is told nothing any more; undefined: as before. */
  async describe(
    { workspaceId, sessionId = '' }: Caller,
    { push, ...device }: PersonDevice & { push: PushAddress | null | undefined },
  ) {
    const { store, rest, now } = this.#parts
    await rest.ready(workspaceId)
    const sealed = push ? rest.seal(placeOf(workspaceId, sessionId), push) : push
    await describePersonDevice(store, sessionId, { ...device, push: sealed }, now())
  }

  /** @throws Problem `not_found` */
  async end({ workspaceId, id }: Caller, signInId: string) {
    const found = await this.#of(workspaceId, id)
    if (!found.some((one) => one.id === signInId)) throw missing('not_found', 'You are not signed in there.')
    await this.#parts.end(signInId)
  }

  async endAll({ workspaceId, id, sessionId }: Caller, { keepsThis }: { keepsThis: boolean }) {
    for (const one of await this.#of(workspaceId, id))
      if (!keepsThis || one.id !== sessionId) await this.#parts.end(one.id)
  }

  #of(workspaceId: string, userId: string): Promise<PersonSignIn[]> {
    const { store, now } = this.#parts
    return personSignIns(store, workspaceId, userId, now())
  }
}

/** Where an address rests. */
export const placeOf = (workspaceId: string, signInId: string) => ({
  workspaceId,
  at: `person_sessions/${signInId}/push`,
})
