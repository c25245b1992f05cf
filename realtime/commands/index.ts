import type { Command } from './command.ts'
import { assign, setStatus, take, typing, viewing } from './conversations.ts'
import { note, read, retry, send } from './messages.ts'

/** Every command that a socket can give. */
export const commands: readonly Command[] = [send, read, retry, note, assign, take, setStatus, typing, viewing]
