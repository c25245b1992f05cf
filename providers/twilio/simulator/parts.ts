import type { SimulatedText } from './messages.ts'

/** Where the texts and calls are kept, so that every process of a service shows the same. */
export interface TextShelf {
  keep(text: SimulatedText): Promise<void>
  change(id: string, change: Partial<Pick<SimulatedText, 'status' | 'errorCode' | 'call' | 'files'>>): Promise<void>
  byId(id: string): Promise<SimulatedText | undefined>
  /** The latest first; of one number only, where it is said. */
  latest(limit: number, to?: string): Promise<SimulatedText[]>
  /** Whether a person wants no more texts of a number. */
  isStopped(person: string, number: string): Promise<boolean>
  stop(person: string, number: string, isStopped: boolean): Promise<void>
}

/** A number that belongs to a channel, and is told of what people write to it. */
export interface SimulatedLine {
  channelId: string
  /** What the business calls itself. */
  name: string
  number: string
  accountSid: string
  authToken: string
  webhookUrl: string
}

/** Whose accounts are played. */
export interface SimulatedAccounts {
  /** Undefined for one that nobody has. */
  tokenOf(accountSid: string): Promise<string | undefined>
  lines(): Promise<SimulatedLine[]>
}

/** Who has shown that they may ask. */
export interface Account {
  accountSid: string
  authToken: string
  /** What was taken is not said, on purpose. */
  losesAnswer(): boolean
}
