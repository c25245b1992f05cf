import type { CallNews } from '../kernel/call.ts'
import type { ChannelAccount, ProviderError } from './sender.ts'

// What stands between a call and the provider of its number.

/** A call of ours: `first` rings, and when it is taken `then`; each sees the number of the business. */
export interface OutgoingCall {
  first: string
  then: string
  /** Our own ids of it, which come back with what is told of it. */
  opaque: string
  /** Said to who takes it first. */
  says: string
  language: string
}

export type CallResult =
  | { outcome: 'accepted'; providerId: string }
  | { outcome: 'refused'; error: ProviderError }
  | { outcome: 'unknown'; why: string }

export interface Caller {
  place(account: ChannelAccount, call: OutgoingCall): Promise<CallResult>
  /** The id of a call to that number which it has taken since; undefined where it has none. @throws where it does not say */
  find(account: ChannelAccount, to: string, since: number): Promise<string | undefined>
  /** What became of a call, and of the one that it was put through to. @throws where it does not say */
  look(account: ChannelAccount, providerId: string, isOurs: boolean): Promise<CallNews[]>
  /** Ends it, rings it or goes on; one that is over stays so. @throws where it does not say */
  end(account: ChannelAccount, providerId: string): Promise<void>
  /** Deletes what was recorded; what is gone is gone. @throws where it does not say */
  forget(account: ChannelAccount, mediaId: string): Promise<void>
}
