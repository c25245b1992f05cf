// What the package `@careline/client` offers to those who install it. Inside this repository, import from the file itself.
export { createApi } from './api.ts'
export { createOwnApi } from './own.ts'
export type { KnownBy, OwnApi, OwnDevice, OwnDeviceCard, Ownself, OwnSignIn, PushAddress } from './own.ts'
export { recordsOf } from './records.ts'
export { toolsOf } from './tools.ts'
export type { Api, ConversationFilter, Draft, NewWhatsApp, SendWindow } from './api.ts'
export type { FileCard, FileLink, StoredFile } from './files.ts'
export type { Integration } from './connections.ts'
export { connect } from './connect.ts'
export type { Client, ConnectOptions, Handle } from './connect.ts'
export type { HttpOptions, Page, RequestOptions } from './http.ts'
export type { Timing } from './line.ts'
export type { Update } from './live-stream.ts'
export type { Invitation, OwnWorkspace, Role, SignIn, TeamMember } from './people.ts'
export type { CodeAsked, CodeOnItsWay, CodeWay, OwnPhone, PhoneNumber } from './phones.ts'
export type { SignInWays } from './sign-in.ts'
export { asyncStorage, fileStorage, memoryStorage, webStorage } from './outbox-storage.ts'
export type { Files, OutboxEntry, OutboxStorage } from './outbox-storage.ts'
export type { Command } from './outbox.ts'
export { here } from './platform.ts'
export type { Platform, SocketLike, SocketSettings, Transport } from './platform.ts'
export { ApiProblem } from './problem.ts'
export { showing } from './receipts.ts'
export type { Status } from './status.ts'
export type { ConversationSignals, ConversationState, Typing } from './streams/conversation.ts'
export type { InboxSignals, InboxState } from './streams/inbox.ts'
export type {
  OwnFactors,
  OwnPasskey,
  PasskeyAnswer,
  PasskeyQuestion,
  Proof,
  SecondFactorAsked,
  SecondProof,
} from './security.ts'
export type { SignalsOf, StateOf, StreamKind, StreamName } from './streams/index.ts'
export type { OwnConversationSignals, OwnConversationState } from './streams/own.ts'
export type { MeState } from './streams/user.ts'
export { asyncTokens, memoryTokens, webTokens } from './tokens.ts'
export type { AsyncKeyValues, KeyValues, Member, Session, TokenStorage, WorkspaceCard } from './tokens.ts'
export type {
  ChannelEvent,
  CommandInput,
  CommandName,
  CommandResult,
  Commands,
  Content,
  ConversationEvent,
  ConversationSignal,
  ConversationStatus,
  Counts,
  Effect,
  Failure,
  FleetingName,
  Header,
  Health,
  Hello,
  InboxEvent,
  InboxSignal,
  Line,
  Message,
  MessageStatus,
  OwnMessage,
  Outgoing,
  Presence,
  Preview,
  Profile,
  ShownError,
  Signal,
  Stage,
  StreamEvent,
  UserEvent,
} from './wire.ts'
