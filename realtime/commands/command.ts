import type { z } from 'zod'
import type { Workspace } from '../../actors/runtime/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import type { Module } from '../../kernel/modules.ts'
import type { Permission } from '../../kernel/permissions.ts'
import type { Contests, Held } from '../socket/contests.ts'
import type { Queries } from '../socket/stream.ts'
import { type CommandName, type CommandShape, type CommandShapes, commandShapes } from './contract.ts'

/** The socket that a command came by. */
export interface Seat {
  /** Does it follow this conversation, hence may read it? */
  follows(conversationId: string): boolean
  /** @throws Problem `rate_limited` when on is said more than once a second. */
  typing(conversationId: string, on: boolean): void
  viewing(conversationId: string, on: boolean): void
  /** Is it time to show the person that somebody writes? At most every 20 s. */
  isToShowTyping(conversationId: string): boolean
}

export interface CommandCall<Input> {
  input: Input
  caller: Caller
  /** Bound to the command's id: a command that comes again is answered by the actor as it was the first time. */
  workspace: Workspace
  queries: Queries
  seat: Seat
  /** For what only one can have. */
  contests: Contests<Held>
}

/** The result, and the stream on which its events are; none where nothing was recorded. */
export interface Done<Result> {
  result: Result
  stream?: string
}

/** What a command asks of whoever gives it: the same as the route that does the same, which a test compares. */
export interface Terms {
  /** `self`: of somebody who is looked after, for their own affairs. */
  allow: Permission | 'self'
  /** Besides, whoever is looked after may, for their own affairs. */
  alsoSelf?: true
  /** Where it is switched off, the answer is `module_off`. */
  module: Module
  /** What the audit calls it, `noun.past_participle`; nothing where the history of what it changes says enough. */
  audit?: string
}

export interface Command extends Terms {
  name: string
  shape: CommandShape
  handle(call: CommandCall<unknown>): Promise<Done<unknown>>
}

/** One command: its words are in `contract.ts`, for clients as well; here is who may give it, and what it does. */
export function command<Name extends CommandName>(
  name: Name,
  /** A permission alone: of the inbox, whose history is its audit. */
  asks: Permission | Terms,
  handle: (
    call: CommandCall<z.output<CommandShapes[Name]['input']>>,
  ) => Promise<Done<z.output<CommandShapes[Name]['result']>>>,
): Command {
  // Here the types end: the gateway decodes the input by this very shape before it calls.
  const terms: Terms = typeof asks === 'string' ? { allow: asks, module: 'inbox' } : asks
  return { ...terms, name, shape: commandShapes[name], handle: handle }
}
