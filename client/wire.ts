import type { z } from 'zod'
import type { attention, Call as CallSchema, Calls as CallsSchema } from '../actors/attention/contract.ts'
import type { channel, Health as HealthSchema } from '../actors/channel/contract.ts'
import type { conversation } from '../actors/conversation/contract.ts'
import type {
  ConversationStatus as ConversationStatusSchema,
  Header as HeaderSchema,
  Preview as PreviewSchema,
} from '../actors/conversation/contract/header.ts'
import type { Scheduled as ScheduledSchema } from '../actors/conversation/contract/later.ts'
import type { Draft as DraftSchema } from '../actors/conversation/contract/machines.ts'
import type { Question as QuestionSchema } from '../actors/conversation/contract/understanding.ts'
import type { OwnMessage as OwnMessageSchema } from '../actors/conversation/contract/person.ts'
import type {
  Failure as FailureSchema,
  Message as MessageSchema,
  MessageStatus as MessageStatusSchema,
} from '../actors/conversation/contract/message.ts'
import type {
  Counts as CountsSchema,
  inbox,
  Line as LineSchema,
  Presence as PresenceSchema,
} from '../actors/inbox/contract.ts'
import type { Board as BoardSchema, OnBoard as OnBoardSchema, roster } from '../actors/roster/contract.ts'
import type { Shape } from '../actors/runtime/contract.ts'
import type {
  Activity as ActivitySchema,
  Private as PrivateSchema,
  Profile as ProfileSchema,
  user,
} from '../actors/user/contract.ts'
import type { Content as ContentSchema, Outgoing as OutgoingSchema } from '../kernel/content.ts'
import type { Identity as IdentitySchema, Stage as StageSchema } from '../kernel/person.ts'
import type { CommandShapes } from '../realtime/commands/contract.ts'

// Everything in its wire form: instants are ISO 8601 strings. The schemas are the server's own; none of their code comes along.

export type Content = z.input<typeof ContentSchema>
/** What staff may send. */
export type Outgoing = z.input<typeof OutgoingSchema>
export type Message = z.input<typeof MessageSchema>
export type OwnMessage = z.input<typeof OwnMessageSchema>
export type MessageStatus = z.input<typeof MessageStatusSchema>
export type Failure = z.input<typeof FailureSchema>
/** What is to go later, and what a machine would say. */
export type Scheduled = z.input<typeof ScheduledSchema>
export type Draft = z.input<typeof DraftSchema>
export type Question = z.input<typeof QuestionSchema>
/** What stands above a thread, and in the inbox's line. */
export type Header = z.input<typeof HeaderSchema>
export type ConversationStatus = z.input<typeof ConversationStatusSchema>
export type Priority = Header['priority']
export type Line = z.input<typeof LineSchema>
/** What changed of a line that was told before: whole values of these fields. */
export interface LineChange {
  readonly conversationId: string
  readonly conversation?: Partial<Line['conversation']>
  readonly last?: Line['last']
}
export type Preview = z.input<typeof PreviewSchema>
export type Counts = z.input<typeof CountsSchema>
export type Presence = z.input<typeof PresenceSchema>
export type Profile = z.input<typeof ProfileSchema>
export type Stage = z.input<typeof StageSchema>
export type Identity = z.input<typeof IdentitySchema>
/** What only some may see of a person. */
export type PersonPrivate = z.input<typeof PrivateSchema>
/** A line of a person's timeline that is no message. */
export type Activity = z.input<typeof ActivitySchema>
/** Who is there, who has how much, and what waits that nobody has. */
export type Board = z.input<typeof BoardSchema>
export type OnBoard = z.input<typeof OnBoardSchema>
/** What calls for the attention of whoever is signed in. */
export type Calls = z.input<typeof CallsSchema>
export type Call = z.input<typeof CallSchema>
export type Health = z.input<typeof HealthSchema>

/** Any event of a contract on the wire: narrow by `type`, and `data` is known. */
type Heard<S extends Shape> = {
  [T in keyof S['events'] & string]: { readonly type: T; readonly data: z.input<S['events'][T]['data']> }
}[keyof S['events'] & string]

/** Any signal of a contract on the wire. */
type Signalled<S extends Shape> = {
  [T in keyof S['signals'] & string]: { readonly type: T; readonly data: z.input<S['signals'][T]['data']> }
}[keyof S['signals'] & string]

export type ConversationEvent = Heard<typeof conversation>
export type ConversationSignal = Signalled<typeof conversation>
export type InboxEvent = Heard<typeof inbox>
export type InboxSignal = Signalled<typeof inbox>
export type UserEvent = Heard<typeof user>
export type RosterEvent = Heard<typeof roster>
export type AttentionEvent = Heard<typeof attention>
export type ChannelEvent = Heard<typeof channel>

/** One entry of a stream's log, as the socket brings it. `seq` is dense; `at` is ISO. */
export interface StreamEvent {
  readonly stream: string
  readonly seq: number
  readonly id: string
  readonly type: string
  readonly at: string
  readonly data: unknown
}

/** What is only true now: no `seq`, never stored. */
export interface Signal {
  readonly stream: string
  readonly type: string
  readonly at: string
  readonly data: unknown
}

/** An error as the server tells it, over sockets and inside problem+json alike. `code` is stable, `title` is for people. */
export interface ShownError {
  code: string
  title: string
  detail?: string
  retryable: boolean
  /** From now. */
  retryAfterMs?: number
  errors?: { path: string; message: string }[]
  /** Who has what was asked for, where only one can have it. */
  holderId?: string
  /** By HTTP only: the first factor was right. What is asked besides, and the token to answer with; it lasts so long. */
  secondFactor?: { token: string; ways: ('totp' | 'passkey' | 'recovery')[]; lastsMs: number }
}

/** The first thing that the server says. */
export interface Hello {
  v: number
  node: string
  now: string
  session: string
  /** When the token ends; missing where it does not. */
  expiresAt?: string
  limits: Record<string, number>
  user: { id: string; role: string; workspaceId: string }
}

/** Where a command's events ended: once the stream is at `seq`, the screen holds what the command did. */
export interface Effect {
  stream: string
  seq: number
}

/** Every command: what it takes and what it answers. Fleeting are those that are only true now: typing and viewing. */
export type Commands = {
  [Name in keyof CommandShapes]: {
    input: z.input<CommandShapes[Name]['input']>
    result: z.input<CommandShapes[Name]['result']>
    isFleeting: CommandShapes[Name]['isFleeting']
  }
}

/** Commands that are kept and repeated until the server has them. */
export type CommandName = {
  [Name in keyof Commands]: Commands[Name]['isFleeting'] extends true ? never : Name
}[keyof Commands]
export type FleetingName = Exclude<keyof Commands, CommandName>
export type CommandInput<Name extends keyof Commands> = Commands[Name]['input']
export type CommandResult<Name extends CommandName> = Commands[Name]['result']
