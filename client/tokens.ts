/** What a sign-in gives. The refresh token is good once: each refresh brings the next one. */
export interface Session {
  readonly accessToken: string
  readonly refreshToken: string
  /** When the access token ends, ISO. */
  readonly expiresAt: string
  readonly user: Member
  readonly workspace: WorkspaceCard
  /** What they may do; missing in a session that an earlier release kept. */
  readonly permissions?: readonly string[]
  /** The colleague who acts as them. */
  readonly acting?: { readonly id: string; readonly name: string } | null
}

export interface Member {
  readonly id: string
  readonly name: string
  readonly email: string | null
  readonly role: 'owner' | 'admin' | 'staff' | 'expert'
}

export interface WorkspaceCard {
  readonly id: string
  readonly slug: string
  readonly name: string
  /** IANA name. */
  readonly timezone: string
}

/** What every sign-in has, of whatever realm. */
export interface Renewable {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresAt: string
}

/** Where the session rests. `load` is asked anew before each use, so that one tab sees what another one renewed. */
export interface TokenStorage<Held extends Renewable = Session> {
  load(): Held | undefined
  save(session: Held | undefined): void
  /** Runs `work` while no other tab does; where the platform has no locks, at once. */
  alone?<T>(work: () => Promise<T>): Promise<T>
}

export function memoryTokens<Held extends Renewable = Session>(session?: Held): TokenStorage<Held> {
  let held = session
  return {
    load: () => held,
    save: (next) => void (held = next),
  }
}

/** As much of React Native's AsyncStorage as is needed. */
export interface AsyncKeyValues {
  getAllKeys(): Promise<readonly string[]>
  getItem(key: string): Promise<string | null>
  setItem(key: string, value: string): Promise<void>
  removeItem(key: string): Promise<void>
}

/** As much of `localStorage` as is needed. */
export interface KeyValues {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** Keeps the session in the browser. Several tabs share it, and renew it one at a time. */
export function webTokens<Held extends Renewable = Session>(
  storage: KeyValues,
  key = 'careline.session',
): TokenStorage<Held> {
  return {
    load() {
      const text = storage.getItem(key)
      return text === null ? undefined : (JSON.parse(text) as Held)
    },
    save(session) {
      if (session) storage.setItem(key, JSON.stringify(session))
      else storage.removeItem(key)
    },
    alone: (work) => withLock(`${key}.refresh`, work),
  }
}

/** For storages that answer later, such as React Native's: what was kept is read once, before the first use. */
export async function asyncTokens<Held extends Renewable = Session>(
  storage: AsyncKeyValues,
  key = 'careline.session',
): Promise<TokenStorage<Held>> {
  const text = await storage.getItem(key)
  let held = text === null ? undefined : (JSON.parse(text) as Held)
  let before: Promise<unknown> = Promise.resolve()
  return {
    load: () => held,
    save(session) {
      held = session
      const write = () => (session ? storage.setItem(key, JSON.stringify(session)) : storage.removeItem(key))
      before = before.then(write, write)
    },
  }
}

interface Locks {
  request<T>(name: string, work: () => Promise<T>): Promise<T>
}

function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const { locks } = (globalThis as { navigator?: { locks?: Locks } }).navigator ?? {}
  return locks ? locks.request(name, work) : work()
}
