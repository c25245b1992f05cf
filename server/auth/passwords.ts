import { hash, type Options, verify } from '@node-rs/argon2'
import { Gate } from '../../kernel/gate.ts'
import { busy } from '../../kernel/problem.ts'

// OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane. It runs on libuv's threads, off the
// event loop; two at a time leave the other threads to files and look-ups.
// Argon2id is the library's default; its name for it is a const enum, which type stripping cannot read.
const options: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const waitingMax = 64
const gate = new Gate(2)

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (gate.waiting >= waitingMax) throw busy('try_again', 'Many people are signing in: please try again shortly.')
  return gate.pass(work)
}

/** @throws Problem `try_again` when 64 others wait */
export const hashPassword = (password: string) => inTurn(() => hash(password.normalize('NFKC'), options))

// Of random bytes that nobody kept: whoever has no password is compared with this, and takes as long.
const nobodys = '$argon2id$v=19$m=19456,t=2,p=1$6lDZSPpQOtTUjbKIMcnPjQ$j/YwUFsuS1WjS2RO1j0x4UGtt0BV2/Q2QzZJnjL/RgY'

/** Takes the same time whether there is a password to compare with or not. @throws Problem `try_again` */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const isRight = await inTurn(() => verify(passwordHash ?? nobodys, password.normalize('NFKC')))
  return isRight && passwordHash !== null
}
