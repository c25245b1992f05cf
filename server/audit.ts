import type { z } from 'zod'
import { type Act, type Actor, actsMax, audit, type Note, type Result } from '../actors/audit/contract.ts'
import type { Workspace } from '../actors/runtime/contract.ts'
import type { Caller } from '../kernel/caller.ts'
import { newId } from '../kernel/id.ts'
import { Problem } from '../kernel/problem.ts'
import { isStaff } from '../kernel/role.ts'
import type { JointMemory } from './joint-memory.ts'
import { Readings } from './readings.ts'

/** Something that was done, for the audit. It holds ids, counts and names of fields: never what somebody wrote. */
export interface Done {
  workspaceId: string
  /** A caller, or what of ours did it by itself: the name of a schedule, say. */
  by: Caller | { kind: Actor['kind']; id: string }
  /** `noun.past_participle`. */
  action: string
  /** An id; its kind is the action's noun unless said. */
  target?: string | { kind: string; id: string } | null
  note?: Note
  /** The names of the fields that changed. */
  fields?: readonly string[]
  isRead?: boolean
  /** Not waited for, and written once for the same person, record, sign-in and hour: so is every read. */
  once?: boolean
  result?: Result
  code?: string
  from?: From
}

/** Where a request came from. */
export interface From {
  ip?: string | null
  userAgent?: string | null
  requestId?: string
}

type Ended = Pick<Done, 'target' | 'note' | 'code'> & { result: Result }

/** Resolves when it is written down; a read is written once per person, record, sign-in and hour, and not waited for. */
export type Audit = (done: Done) => Promise<void>

/**
 * Before something is done: from here on the audit knows of it, whatever happens. The answer says what became of it;
 * if nobody calls it within a minute or two, the audit says that it is unknown.
 */
export type BeginAudit = (done: Done) => Promise<(ended: Ended) => Promise<void>>

interface Parts {
  /** The actors of a workspace, for us. */
  workspace(workspaceId: string): Workspace
  joint: JointMemory | undefined
  now(): number
  onError(error: unknown): void
}

/** Writes into the chains of all workspaces. */
export class Auditor {
  readonly #parts: Parts
  readonly #readings: Readings

  constructor(parts: Parts) {
    this.#parts = parts
    this.#readings = new Readings({ ...parts, record: (workspaceId, acts) => this.#recordAll(workspaceId, acts) })
  }

  readonly write: Audit = async (done) => {
    const act = actOf(done, this.#parts.now())
    if (done.isRead === true || done.once === true) return this.#readings.note(done.workspaceId, act)
    await this.#chain(done.workspaceId).record({ actId: newId('act'), act })
  }

  readonly begin: BeginAudit = async (done) => {
    const [actId, chain] = [newId('act'), this.#chain(done.workspaceId)]
    await chain.begin({ actId, act: actOf(done, this.#parts.now()) })
    return async ({ result, code, target, note }) => {
      const ended = { ...done, result, ...(code && { code }), ...(target && { target }), ...(note && { note }) }
      try {
        await chain.record({ actId, act: actOf(ended, this.#parts.now()) })
      } catch (error) {
        this.#parts.onError(error) // It was begun, and will stand there as unknown.
      }
    }
  }

  /** Resolves when everything is written that nobody waited for. */
  close() {
    return this.#readings.close()
  }

  #chain(workspaceId: string) {
    return this.#parts.workspace(workspaceId).at(audit, workspaceId)
  }

  async #recordAll(workspaceId: string, acts: readonly Act[]) {
    for (let at = 0; at < acts.length; at += actsMax)
      await this.#chain(workspaceId).recordAll({ acts: acts.slice(at, at + actsMax) })
  }
}

export function actOf({ by, action, target, note, fields = [], isRead, result, code, from }: Done, at: number): Act {
  return {
    by: actorOf(by),
    action,
    target: typeof target === 'string' ? { kind: action.split('.')[0] ?? '', id: target } : (target ?? null),
    fields: fields.slice(0, 50),
    isRead: isRead === true,
    result: result ?? 'done',
    code: code ?? null,
    at,
    ...originOf(from ?? {}),
    note: note ?? {},
  }
}

const originOf = ({ ip, userAgent, requestId }: From) => ({
  requestId: requestId ?? null,
  origin: { ip: ip?.slice(0, 64) ?? null, userAgent: userAgent?.slice(0, 300) ?? null },
})

function actorOf(by: Done['by']): Actor {
  if (!('role' in by)) return { ...by, role: null, sessionId: null, actingId: null }
  const { id, role, sessionId = null, actingId = null } = by
  const others = { key: 'key', person: 'person', operator: 'operator', provider: 'provider' } as const
  const kind = isStaff(by) ? 'member' : (others[role as keyof typeof others] ?? 'system')
  return { kind, id, role, sessionId, actingId }
}

/** What a route says of itself for the audit: the action, or more. */
export type Audited<Call, Reply> = string | AuditTerms<Call, Reply>
interface AuditTerms<Call, Reply> {
  action: string
  /** Where it is missing, the first id of the path, or else the reply's. */
  target?(call: Call, reply: Reply): string | { kind: string; id: string } | null
  note?(call: Call, reply: Reply): Note
  /** Nothing changes: somebody sees what is sensitive. */
  isRead?: boolean
  /** For a route that is public: who it turned out to be. Nothing is written where it is nobody. */
  by?(call: Call, reply: Reply): { workspaceId: string; by: Done['by'] } | undefined
}

interface Called {
  caller?: Caller
  request: { ip: string; requestId: string; header(name: string): string }
  params: unknown
  body: unknown
}

/** Runs a route's handler, and writes down what became of it as the route's terms say. */
export async function audited<Reply>(
  { audit, beginAudit }: { audit: Audit; beginAudit: BeginAudit },
  { terms, method }: { terms: { audit?: Audited<never, never>; body?: z.ZodType }; method: string },
  call: Called,
  run: () => Promise<Reply> | Reply,
): Promise<Reply> {
  if (terms.audit === undefined) return run()
  const said = (typeof terms.audit === 'string' ? { action: terms.audit } : terms.audit) as AuditTerms<Called, Reply>
  const { ip, requestId, header } = call.request
  const fields = method === 'patch' || method === 'put' ? fieldsOf(terms.body, call.body) : []
  const from = { ip, requestId, userAgent: header('user-agent') || null }
  const about = { action: said.action, fields, isRead: said.isRead === true, from }
  const found = (reply: Reply) => ({
    target: said.target ? said.target(call, reply) : (pathId(call) ?? idOf(reply)),
    ...(said.note && { note: said.note(call, reply) }),
  })
  const { caller } = call
  if (caller && !about.isRead) {
    const begun = { ...about, workspaceId: caller.workspaceId, by: caller, target: pathId(call) }
    return changed(await beginAudit(begun), run, found)
  }
  const reply = await run()
  const who = caller ? { workspaceId: caller.workspaceId, by: caller } : said.by?.(call, reply)
  if (who) await audit({ ...about, ...who, ...found(reply) })
  return reply
}

/** Runs what came by another door than a route, and writes down what became of it. */
export async function auditedAct<Reply>(beginAudit: BeginAudit, done: Done, run: () => Promise<Reply>): Promise<Reply> {
  return changed(await beginAudit(done), run, () => ({}))
}

async function changed<Reply>(
  end: Awaited<ReturnType<BeginAudit>>,
  run: () => Promise<Reply> | Reply,
  found: (reply: Reply) => Pick<Ended, 'target' | 'note'>,
): Promise<Reply> {
  try {
    const reply = await run()
    await end({ result: 'done', ...found(reply) })
    return reply
  } catch (error) {
    const isRefused = error instanceof Problem
    await end({ result: isRefused ? 'refused' : 'failed', code: isRefused ? error.code : 'internal' })
    throw error
  }
}

/** Somebody was not let do what is audited; nothing where it is not. */
export async function denied(
  { audit }: { audit: Audit },
  said: Audited<never, never> | undefined,
  { caller, from }: { caller: Caller; from: From },
) {
  if (said === undefined) return
  const action = typeof said === 'string' ? said : said.action
  await audit({
    workspaceId: caller.workspaceId,
    by: caller,
    action,
    from,
    once: true,
    result: 'refused',
    code: 'not_allowed',
  })
}

/** A name in the path that is no id may be a secret, as a token is. */
function pathId({ params }: Called): string | null {
  const found = Object.entries(params ?? {}).find(([name]) => name === 'id' || name.endsWith('Id'))
  return found ? String(found[1]) : null
}

function idOf(reply: unknown): string | null {
  if (reply === null || typeof reply !== 'object') return null
  const { id, _id } = reply as { id?: unknown; _id?: unknown }
  const found = id ?? _id
  return typeof found === 'string' ? found : null
}

/** Of those that the route knows: whatever else came, somebody wrote. */
function fieldsOf(schema: z.ZodType | undefined, body: unknown): string[] {
  const { shape } = (schema ?? {}) as Partial<z.ZodObject>
  const said = (body ?? {}) as Record<string, unknown>
  return Object.keys(shape ?? {}).filter((name) => said[name] !== undefined)
}
