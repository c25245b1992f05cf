import { csvLine } from '../kernel/csv.ts'
import type { Filter } from '../kernel/filter.ts'
import type { CustomField } from '../kernel/filter-fields.ts'
import { derivedId, newId } from '../kernel/id.ts'
import type { FieldValue } from '../kernel/person.ts'
import { conflict, missing } from '../kernel/problem.ts'
import type { Store } from '../store/connection.ts'
import type { PersonLine } from '../store/queries/people-list.ts'
import {
  beginPeopleExport,
  changePeopleExport,
  type HeldExport,
  latestPeopleExports,
  type PeopleExport,
  peopleExportById,
  takePeopleExport,
} from '../store/settings/people-exports.ts'
import type { FileRoom } from './files/file-room.ts'
import { purposes } from './files/purposes.ts'
import type { Segments } from './segments.ts'

interface Parts {
  store: Store
  segments: Pick<Segments, 'page'>
  room: Pick<FileRoom, 'keep'>
  customFields(workspaceId: string): Promise<readonly CustomField[]>
  /** Consoles that are open hear that it is there. */
  changed(workspaceId: string, exportId: string): void
  now(): number
  log: { error(message: string, fields?: Record<string, unknown>): unknown }
}

const pageSize = 500
const turnMs = 30_000
const attemptsMax = 3
const runningMax = 5
/** Excel takes a file for UTF-8 only where it begins so. */
const mark = '\uFEFF'

/** Lists of people as a CSV file, made in the background, kept for a week. */
export class PeopleExports {
  readonly #parts: Parts
  #work: Promise<unknown> = Promise.resolve()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async list(workspaceId: string, limit: number): Promise<PeopleExport[]> {
    return latestPeopleExports(this.#parts.store, workspaceId, limit)
  }

  /** @throws Problem `not_found` */
  async byId(workspaceId: string, id: string): Promise<PeopleExport> {
    const found = await peopleExportById(this.#parts.store, workspaceId, id)
    if (!found) throw missing('not_found', 'There is no such export.')
    return found
  }

  /** Begins one, which goes on after the answer. @throws Problem `too_many_exports` */
  async begin(workspaceId: string, asked: { id: string; by: string; segmentId: string | null; filter: Filter }) {
    const { store, now } = this.#parts
    const running = (await this.list(workspaceId, runningMax)).filter(({ status }) => status === 'running')
    if (running.length >= runningMax) throw conflict('too_many_exports', 'Others are being made: wait for them.')
    const begun: PeopleExport = {
      ...asked,
      ...{ createdAt: now(), status: 'running', rows: 0, fileId: null, sizeBytes: null, expiresAt: null },
      ...{ finishedAt: null, attempts: 0, why: null },
    }
    await beginPeopleExport(store, workspaceId, begun)
    this.kick()
    return begun
  }

  /** The file of one that is ready. @throws Problem `not_found`, `export_not_ready` */
  async ready(workspaceId: string, id: string): Promise<string> {
    const { status, fileId, expiresAt } = await this.byId(workspaceId, id)
    if (status !== 'ready' || fileId === null) throw conflict('export_not_ready', 'This export is not ready.')
    if ((expiresAt ?? 0) <= this.#parts.now()) throw missing('not_found', 'This export is no longer kept.')
    return fileId
  }

  kick() {
    this.#work = this.#work
      .then(() => this.sweep())
      .catch((error: unknown) => this.#parts.log.error('export of people failed', { error }))
  }

  /** Makes all that are due, one after the other. */
  async sweep(): Promise<void> {
    for (;;) {
      const held = await takePeopleExport(this.#parts.store, this.#parts.now(), turnMs, newId('turn'))
      if (!held) return
      await this.#make(held)
      this.#parts.changed(held.workspaceId, held.id)
    }
  }

  async settled() {
    await this.#work
  }

  async #make(held: HeldExport) {
    const { store, room, now, log } = this.#parts
    const { workspaceId, id, by, attempts } = held
    const counted = { rows: 0 }
    try {
      // Another try makes another file: what a crash left of the last is swept away with the uploads nobody finished.
      const fileId = derivedId('fil', id, String(attempts))
      const fileName = `people-${new Date(now()).toISOString().slice(0, 10)}.csv`
      const bytes = this.#bytes(held, counted)
      const { sizeBytes } = await room.keep(workspaceId, {
        fileId,
        bytes,
        mime: 'text/csv',
        fileName,
        by,
        purpose: 'list',
      })
      const expiresAt = now() + (purposes.list.keptMs ?? 0)
      const made = { status: 'ready', fileId, sizeBytes, expiresAt, finishedAt: now(), ...counted } as const
      await changePeopleExport(store, held, made)
    } catch (error) {
      log.error('export of people interrupted', { error, exportId: id })
      const why = 'It could not be made; the log says why.'
      if (attempts + 1 < attemptsMax)
        await changePeopleExport(store, held, { attempts: attempts + 1, dueAt: now() + 1_000 })
      else await changePeopleExport(store, held, { status: 'failed', finishedAt: now(), why })
    }
  }

  async *#bytes(held: HeldExport, counted: { rows: number }): AsyncGenerator<Buffer> {
    const { store, segments, customFields, now } = this.#parts
    const { workspaceId, segmentId, filter } = held
    const custom = await customFields(workspaceId)
    yield Buffer.from(mark + csvLine([...Object.keys(columns), ...custom.map(({ name }) => name)]))
    let cursor: string | undefined
    do {
      const asked = { filter, segmentId: segmentId ?? undefined, cursor, limit: pageSize }
      const { items, nextCursor } = await segments.page(workspaceId, asked)
      if (items.length > 0) yield Buffer.from(items.map((one) => lineOf(one, custom)).join(''))
      counted.rows += items.length
      if (!(await changePeopleExport(store, held, { ...counted, dueAt: now() + turnMs })))
        throw new Error('another process makes this export')
      cursor = nextCursor ?? undefined
    } while (cursor !== undefined)
  }
}

type Column = (person: PersonLine) => string | number | boolean | null

const addresses = (kind: string) => (person: PersonLine) =>
  person.identities
    .filter((one) => one.kind === kind)
    .map(({ value }) => (kind === 'wa_id' ? `+${value}` : value))
    .join('; ')
const moment = (at: number | null) => (at === null ? null : new Date(at).toISOString())

/** Named so that an import of the same file finds them again. */
const columns: Readonly<Record<string, Column>> = {
  Name: ({ name }) => name,
  'First name': ({ firstName }) => firstName,
  'Last name': ({ lastName }) => lastName,
  WhatsApp: addresses('wa_id'),
  Phone: addresses('phone'),
  Email: addresses('email'),
  Stage: ({ stage }) => stage,
  Source: ({ source }) => source,
  Tags: ({ tags }) => tags.join('; '),
  Birthday: ({ birthday }) => birthday,
  Language: ({ locale }) => locale,
  'Time zone': ({ timezone }) => timezone,
  'Known since': ({ createdAt }) => moment(createdAt),
  'Last heard of': ({ lastSeenAt }) => moment(lastSeenAt),
}

const lineOf = (person: PersonLine, custom: readonly CustomField[]) =>
  csvLine([
    ...Object.values(columns).map((column) => column(person)),
    ...custom.map(({ key }) => plainOf(person.custom[key])),
  ])

const plainOf = (value: FieldValue | undefined) => (Array.isArray(value) ? value.join('; ') : (value ?? null))
