import type { z } from 'zod'
import type { EventLog, Workspace } from '../../actors/runtime/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import type { Module } from '../../kernel/modules.ts'
import { may, wordsOf } from '../../kernel/permissions.ts'
import { missing, Problem } from '../../kernel/problem.ts'
import type { Command, Done } from '../commands/command.ts'
import type { Connection } from './connection.ts'
import { Contests, type Held } from './contests.ts'
import type { CommandRequest } from './protocol.ts'
import { decode } from './requests.ts'
import type { Queries } from './stream.ts'
import { outward } from './wire.ts'

const expectedMax = 1_000

type Request = z.output<typeof CommandRequest>

export interface Parts {
  commands: readonly Command[]
  log: EventLog
  queries: Queries
  /** `commandId` makes the request repeatable. */
  workspace(caller: Caller, commandId: string): Workspace
  /** @throws Problem `module_off` where that is switched off */
  demand?(workspaceId: string, module: Module): void
  /** Runs what the audit is to know of, whatever becomes of it. `target`: an id. */
  audited?<Result>(act: Act, run: () => Promise<Result>): Promise<Result>
  /** What several processes remember together: a command may come again at another one. */
  marks?: Marks
}

export interface Act {
  caller: Caller
  action: string
  target: string | null
}

export interface Marks {
  has(key: string): Promise<boolean>
  add(key: string): Promise<void>
  /** True for the first who asks, of all processes; undefined where nobody can say. */
  claim(key: string): Promise<boolean | undefined>
}

/** Runs what clients ask for: decoded by its schema, allowed, and once however often it comes. */
export class Commanding {
  readonly #parts: Parts
  readonly #commands: Map<string, Command>
  readonly #contests = new Contests<Held>()
  /** Commands whose expectation held: when one comes again, its own events are beyond what it expected. */
  readonly #expected = new Set<string>()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#commands = new Map(parts.commands.map((command) => [command.name, command]))
  }

  async run(connection: Connection, { id, name, input, expect }: Request) {
    const { log, queries, workspace } = this.#parts
    const { caller } = connection
    const command = this.#commands.get(name)
    if (!command) throw missing('no_such_command', `There is no command ${name}.`)
    refuseOthers(command, caller)
    this.#parts.demand?.(caller.workspaceId, command.module)
    const decoded = decode(command.shape.input, input ?? {})
    // The id belongs to its caller: nobody gets the answer to another's command by guessing it.
    const commandId = `${caller.role}/${caller.id}/${id}`
    if (expect) await this.#check(caller, commandId, expect)

    const call = { input: decoded, caller, queries, seat: connection, contests: this.#contests }
    const run = () => command.handle({ ...call, workspace: workspace(caller, commandId) })
    const { result, stream } = await this.#audited(command, caller, decoded, run)
    const effect = stream && { stream, seq: await log.head(caller.workspaceId, stream) }
    return { result: outward(command.shape.result, result), ...(effect && { effect }) }
  }

  #audited({ audit: action }: Command, caller: Caller, input: unknown, run: () => Promise<Done<unknown>>) {
    const { audited } = this.#parts
    return action && audited ? audited({ caller, action, target: idIn(input) }, run) : run()
  }

  /** What the client decided on must still be the latest. What comes between this look and the turn is not seen. */
  async #check({ workspaceId }: Caller, commandId: string, { stream, seq }: NonNullable<Request['expect']>) {
    const key = `${workspaceId}/${commandId}`
    if (this.#expected.has(key) || (await this.#parts.marks?.has(key))) return
    const head = await this.#parts.log.head(workspaceId, stream)
    if (head !== seq)
      throw new Problem('stale', 'stale', `You have seen ${stream} up to ${seq}, it is at ${head}: look again first.`)
    this.#expected.add(key)
    await this.#parts.marks?.add(key)
    for (const oldest of this.#expected) {
      if (this.#expected.size <= expectedMax) break
      this.#expected.delete(oldest)
    }
  }
}

/** @throws Problem `not_allowed` */
function refuseOthers({ allow, alsoSelf }: Command, caller: Caller) {
  const isSelf = caller.role === 'person' && (allow === 'self' || alsoSelf === true)
  if (isSelf || (allow !== 'self' && may(caller, allow))) return
  if (allow === 'self') throw new Problem('forbidden', 'not_allowed', 'This is for the people who are looked after.')
  throw new Problem('forbidden', 'not_allowed', `This needs the permission ${allow} (${wordsOf(allow)}).`)
}

/** What a command is about: the first id that it names. */
function idIn(input: unknown): string | null {
  const named = Object.entries(input ?? {}).find(([name]) => name === 'id' || name.endsWith('Id'))
  return typeof named?.[1] === 'string' ? named[1] : null
}
