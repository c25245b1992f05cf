/** A letter that nobody sent on: people of the simulation read it here. */
export interface SimulatedLetter {
  id: string
  to: string
  from: string
  subject: string
  text: string
  html: string
  /** Epoch ms. */
  at: number
  /** Of a channel's mail; the platform's own letters have none. */
  channelId?: string
  direction?: 'in' | 'out'
  cc?: string[]
  bcc?: string[]
  /** Besides From, To, Cc and Subject. */
  headers?: Record<string, string>
  files?: SimulatedFile[]
}

/** The bytes as base64. */
export interface SimulatedFile {
  name: string
  mime: string
  base64: string
}

/** A channel whose mails are played here. */
export interface SimulatedMailbox {
  channelId: string
  /** What the business calls itself. */
  name: string
  mailbox: string
  apiKey: string
  webhookSecret: string
  webhookUrl: string
}

/** Where the letters are kept, so that every process of a service shows the same. */
export interface LetterShelf {
  /** False where a letter of this id is there already. */
  keep(letter: SimulatedLetter, bodyHash: string): Promise<boolean>
  /** The hash of the request that this letter came by. */
  hashOf(id: string): Promise<string | undefined>
  byId(id: string): Promise<SimulatedLetter | undefined>
  /** The latest first. */
  latest(limit: number): Promise<SimulatedLetter[]>
}
