import type { Command } from './command.ts'
import { assign, setStatus, typing, viewing } from './conversations.ts'
import { note, read, retry, send } from './messages.ts'

/** Every command that a socket can give. */
export const commands: readonly Command[] = [send, read, retry, note, assign, setStatus, typing, viewing]
