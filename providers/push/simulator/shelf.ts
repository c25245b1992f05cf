/** A telephone, or a browser, that takes notices. */
export interface SimulatedDevice {
  token: string
  /** The Firebase project whose app it has; empty for a browser. */
  project: string
  /** Of a browser: what its notices are sealed for. */
  keys: { privateKey: string; p256dh: string; auth: string } | null
}

/** What stands on a lock screen. */
export interface SimulatedNotice {
  tag: string
  title: string
  body: string
  badge: number
  data: Record<string, string>
  /** Epoch ms. */
  at: number
  /** How often it was told: each time the telephone makes itself heard. */
  times: number
}

/** Where devices and what they show are kept, so that every process of a service sees the same. */
export interface PushShelf {
  register(device: SimulatedDevice): Promise<void>
  device(token: string): Promise<SimulatedDevice | undefined>
  uninstall(token: string): Promise<void>
  show(token: string, notice: Omit<SimulatedNotice, 'times'>): Promise<void>
  /** The latest first. */
  notices(token: string): Promise<SimulatedNotice[]>
  clear(token: string): Promise<void>
}
