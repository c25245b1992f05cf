import type { Command } from './command.ts'
import { assign, take, typing, viewing } from './conversations.ts'
import { workflow } from './workflow.ts'
import { readOwn, sendOwn } from './own.ts'
import { note, read, retry, send } from './messages.ts'

/** Every command that a socket can give. */
export const commands: readonly Command[] = [
  sendOwn,
  readOwn,
  send,
  read,
  retry,
  note,
  assign,
  take,
  typing,
  viewing,
  ...workflow,
]
