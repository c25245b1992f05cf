import { setTimeout as pause } from 'node:timers/promises'
import type { Workspace } from '../../actors/runtime/contract.ts'
import type { CustomField } from '../../kernel/filter-fields.ts'
import { newId } from '../../kernel/id.ts'
import {
  type ImportOptions,
  ImportOptions as Options,
  type Mapping,
  readRow,
  suggested,
} from '../../kernel/import-map.ts'
import { conflict, invalid, missing } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import type { PersonLine } from '../../store/queries/people-list.ts'
import { type Import, ImportBook, type ImportRow, noCounts } from '../../store/settings/imports.ts'
import { addMembers } from '../../store/settings/segments.ts'
import type { Vault } from '../../store/vault.ts'
import type { Claims } from '../../store/claims.ts'
import type { FileRoom } from '../files/file-room.ts'
import { type Candidate, Judge, type Judged, type SaidBefore } from './judge.ts'
import { FormLook, type Row, rowsOf } from './reading.ts'

export const importBytesMax = 50 * 1024 * 1024
export const importRowsMax = 250_000
/** So many rows are judged, done and noted at a time: what is done again after a crash, at most. */
const chunkMax = 100
/** So long nobody else takes an import up; it is said again with each chunk. */
const turnMs = 30_000
const attemptsMax = 5

interface Parts {
  store: Store
  vault: Vault
  claims: Claims
  room: Pick<FileRoom, 'keep' | 'open'>
  peopleByIds(workspaceId: string, ids: readonly string[]): Promise<PersonLine[]>
  consentsByIds(workspaceId: string, ids: readonly string[]): Promise<ReadonlyMap<string, SaidBefore>>
  customFields(workspaceId: string): Promise<readonly CustomField[]>
  /** People of a business, on behalf of an import. */
  workspaceFor(workspaceId: string, importId: string): Workspace
  /** Consoles that are open hear how far it is. */
  changed(workspaceId: string, importId: string): void
  now(): number
  log: { error(message: string, fields?: Record<string, unknown>): unknown }
}

type Held = NonNullable<Awaited<ReturnType<ImportBook['take']>>>

/** People from a file: looked at, mapped, tried, and then done, in the background, row by row, each once. */
export class Imports {
  readonly book: ImportBook
  readonly #parts: Parts
  readonly #judge: Judge
  #work: Promise<unknown> = Promise.resolve()
  #isLeaving = false

  constructor(parts: Parts) {
    this.#parts = parts
    this.book = new ImportBook(parts.store)
    this.#judge = new Judge(parts)
  }

  /** Keeps the file, and says what it is. @throws Problem `file_too_large`, `file_empty`, `not_a_table` */
  async upload(
    workspaceId: string,
    id: string,
    upload: { bytes: AsyncIterable<Buffer>; fileName: string; by: string },
  ) {
    const { room, now } = this.#parts
    const fileId = newId('fil')
    const look = new FormLook()
    const bytes = look.of(upload.bytes, importBytesMax)
    const kept = {
      fileId,
      bytes,
      mime: 'text/csv',
      fileName: upload.fileName,
      by: upload.by,
      purpose: 'import' as const,
    }
    const { sizeBytes } = await room.keep(workspaceId, kept)
    const { sample, ...form } = look.form()
    const mapping = suggested(form.columns, await this.#parts.customFields(workspaceId))
    const made: Import = {
      ...{ id, by: upload.by, createdAt: now(), fileId, fileName: upload.fileName, sizeBytes, ...form },
      ...{ status: 'uploaded', mapping, options: Options.parse({}), cursor: 0, rows: null, dryCounts: null },
      ...{ counts: noCounts, startedAt: null, finishedAt: null, attempts: 0, why: null },
    }
    await this.book.insert(workspaceId, made)
    return { ...made, sample }
  }

  /** @throws Problem `not_found` */
  async byId(workspaceId: string, id: string): Promise<Import> {
    const found = await this.book.byId(workspaceId, id)
    if (!found) throw missing('not_found', 'There is no such import.')
    return found
  }

  /** What each column is. @throws Problem `import_state`, `invalid_mapping` */
  async map(workspaceId: string, id: string, mapping: Mapping, options: ImportOptions): Promise<Import> {
    const { columns } = await this.byId(workspaceId, id)
    const named = mapping.filter((target) => target !== null)
    const refuse = (message: string) => invalid('invalid_mapping', message, [{ path: 'mapping', message }])
    if (mapping.length !== columns.length) throw refuse(`The file has ${String(columns.length)} columns.`)
    if (new Set(named).size < named.length) throw refuse('Two columns are said to be the same.')
    const isTold = named.some((target) => target === 'phone' || target === 'whatsapp' || target === 'email')
    if (!isTold) throw refuse('A column must hold a number or an address: people are told apart by it.')
    const change = { status: 'mapped' as const, mapping, options, dryCounts: null, rows: null, cursor: 0, why: null }
    return this.#changed(workspaceId, id, ['uploaded', 'mapped', 'validated', 'failed'], change)
  }

  /** Begins the dry run: what would become of each row, and nothing is done. @throws Problem `import_state` */
  async validate(workspaceId: string, id: string): Promise<Import> {
    const change = {
      status: 'validating' as const,
      cursor: 0,
      dryCounts: noCounts,
      attempts: 0,
      dueAt: this.#parts.now(),
    }
    const begun = await this.#changed(workspaceId, id, ['mapped', 'validated'], change)
    this.kick()
    return begun
  }

  /** Begins the run. @throws Problem `import_state` */
  async run(workspaceId: string, id: string): Promise<Import> {
    const now = this.#parts.now()
    const change = { status: 'running' as const, cursor: 0, counts: noCounts, attempts: 0, startedAt: now, dueAt: now }
    const begun = await this.#changed(workspaceId, id, ['validated'], change)
    this.kick()
    return begun
  }

  /** What was done stays. @throws Problem `import_state` */
  async cancel(workspaceId: string, id: string): Promise<Import> {
    const change = { status: 'cancelled' as const, finishedAt: this.#parts.now(), dueAt: null }
    const from = ['uploaded', 'mapped', 'validating', 'validated', 'running'] as const
    return this.#changed(workspaceId, id, from, change)
  }

  async #changed(...[workspaceId, id, from, change]: Parameters<ImportBook['change']>) {
    const found = await this.book.change(workspaceId, id, from, change)
    if (found) {
      this.#parts.changed(workspaceId, id)
      return found
    }
    const { status } = await this.byId(workspaceId, id)
    throw conflict('import_state', `This import is ${status}.`)
  }

  /** Takes up what is due, without waiting for the schedule. */
  kick() {
    this.#work = this.#work
      .then(() => this.sweep())
      .catch((error: unknown) => this.#parts.log.error('import failed', { error }))
  }

  /** Does all that is due, one import after the other. */
  async sweep(): Promise<void> {
    for (;;) {
      if (this.#isLeaving) return
      const held = await this.book.take(this.#parts.now(), turnMs, newId('turn'))
      if (!held) return
      await this.#do(held)
    }
  }

  /** Nothing begins any more; what runs stops after its chunk, and whoever looks next goes on with it. */
  async close() {
    this.#isLeaving = true
    await this.#work
  }

  /** Resolves when nothing is under way here. */
  async settled() {
    await this.#work
  }

  async #do(held: Held) {
    try {
      await this.#all(held)
    } catch (error) {
      this.#parts.log.error('import interrupted', { error, importId: held.id })
      const attempts = held.attempts + 1
      const why = 'It was interrupted again and again; the log says why.'
      if (attempts >= attemptsMax)
        await this.book.finish(held, { status: 'failed', finishedAt: this.#parts.now(), why })
      else await this.book.advance(held, { attempts, dueAt: this.#parts.now() + attempts * 1_000 })
    }
    this.#parts.changed(held.workspaceId, held.id)
  }

  async #all(held: Held) {
    const { vault, room, customFields } = this.#parts
    const { workspaceId, fileId, mapping, columns, options } = held
    await vault.ready(workspaceId)
    const custom = await customFields(workspaceId)
    const reading = { columns, mapping, options, custom }
    const file = await room.open(workspaceId, fileId)
    const bytes = await file.read(0, file.sizeBytes - 1)
    const pass = new Pass(held, held.status === 'running' ? 'run' : 'dry')
    for await (const row of rowsOf(bytes, held, held.cursor)) {
      if (row.n > importRowsMax) return this.#tooLong(held)
      pass.add(row, readRow(row.cells, reading))
      if (pass.isFull && !(await this.#chunk(pass))) return
    }
    if (!(await this.#chunk(pass))) return
    await this.#over(pass)
  }

  #tooLong(held: Held) {
    const why = `A file can have ${String(importRowsMax)} rows at most.`
    return this.book.finish(held, { status: 'failed', finishedAt: this.#parts.now(), why })
  }

  /** Judges, notes, does, and says how far it is. False where it is no longer ours. */
  async #chunk(pass: Pass): Promise<boolean> {
    const { held, phase } = pass
    const { workspaceId, id } = held
    const rows = pass.take()
    const said =
      phase === 'run'
        ? await this.book.said(
            workspaceId,
            id,
            phase,
            rows.map(({ n }) => n),
          )
        : new Map<number, ImportRow>()
    await this.book.say(workspaceId, id, phase, pass.refused)
    for (const wave of pass.waves(rows, (imported) => this.#judge.keysOf(workspaceId, imported)))
      await this.#wave(pass, wave, said)
    const { now, changed } = this.#parts
    const counted = phase === 'run' ? { counts: pass.counts } : { dryCounts: pass.counts }
    const isOurs = await this.book.advance(held, { cursor: pass.cursor, ...counted, dueAt: now() + turnMs })
    changed(workspaceId, id)
    if (isOurs && this.#isLeaving) await this.book.advance(held, { dueAt: now() })
    // Others have their turn: an import is never in a hurry.
    await pause(0)
    return isOurs && !this.#isLeaving
  }

  async #wave(pass: Pass, wave: readonly Candidate[], said: ReadonlyMap<number, ImportRow>) {
    const { held, phase } = pass
    const { workspaceId, id, options } = held
    const judged = (await this.#judge.judge(workspaceId, id, wave, options)).map((one) =>
      pass.meant(one, said.get(one.n)),
    )
    // Written down before it is done: after a crash it is known what was meant, and a row that was made is no update.
    await this.book.say(workspaceId, id, phase, judged.filter(({ n }) => !said.has(n)).map(plainRow))
    if (phase === 'dry') return pass.count(judged)
    const workspace = this.#parts.workspaceFor(workspaceId, id)
    const done = await Promise.all(judged.map((one) => this.#judge.apply(workspace, id, one)))
    const others = done.filter((row, index) => row.outcome !== judged[index]?.outcome)
    await this.book.say(workspaceId, id, phase, others)
    const ids = done.flatMap(({ outcome, userId }) => (outcome === 'refused' || userId === null ? [] : [userId]))
    if (options.segmentId !== null)
      await addMembers(this.#parts.store, workspaceId, options.segmentId, ids, this.#parts.now())
    pass.count(done)
  }

  async #over({ held, phase, counts, cursor }: Pass) {
    const finishedAt = this.#parts.now()
    if (phase === 'dry')
      await this.book.finish(held, { status: 'validated', dryCounts: counts, rows: cursor, cursor: 0 })
    else await this.book.finish(held, { status: 'completed', counts, cursor, finishedAt })
  }
}

const plainRow = ({ n, outcome, code, why, userId }: Judged): ImportRow => ({ n, outcome, code, why, userId })

type Said = ReturnType<typeof readRow>
interface Waiting {
  n: number
  said: Extract<Said, { addresses: unknown }>
}

/** One way through a file: what waits to be done, and what was counted. */
class Pass {
  readonly held: Held
  readonly phase: 'dry' | 'run'
  counts = { ...noCounts }
  cursor: number
  refused: ImportRow[] = []
  #waiting: Waiting[] = []
  /** Of a dry run: addresses of rows that would have made somebody by now. */
  readonly #made = new Set<string>()
  readonly #keys = new Map<number, string[]>()

  constructor(held: Held, phase: 'dry' | 'run') {
    this.held = held
    this.phase = phase
    this.cursor = held.cursor
    if (phase === 'run') this.counts = { ...held.counts }
  }

  get isFull() {
    return this.#waiting.length + this.refused.length >= chunkMax
  }

  add({ n }: Row, said: Said) {
    this.cursor = n
    if ('code' in said)
      this.refused.push({ n, outcome: 'refused', code: said.code, why: said.why.slice(0, 300), userId: null })
    else this.#waiting.push({ n, said })
  }

  take(): Waiting[] {
    const rows = this.#waiting
    this.#waiting = []
    this.counts.refused += this.refused.length
    return rows
  }

  /** Rows of one wave share no address: whoever comes second sees what the first has done. */
  *waves(rows: readonly Waiting[], keysOf: (said: Waiting['said']) => string[]): Generator<Candidate[]> {
    this.refused = []
    this.#keys.clear()
    let left: Candidate[] = rows.map((row) => ({ ...row, keys: keysOf(row.said) }))
    for (const { n, keys } of left) this.#keys.set(n, keys)
    while (left.length > 0) {
      const seen = new Set<string>()
      const later: Candidate[] = []
      const wave: Candidate[] = []
      for (const one of left) {
        const isShared = one.keys.some((key) => seen.has(key))
        for (const key of one.keys) seen.add(key)
        if (isShared) later.push(one)
        else wave.push(one)
      }
      yield wave
      left = later
    }
  }

  /** What a row does: as it was written down before a crash, or as it is judged now, after the rows before it. */
  meant(judged: Judged, before: ImportRow | undefined): Judged {
    if (before) return before.outcome === judged.outcome ? judged : { ...judged, ...again(before, judged) }
    if (this.phase === 'run' || judged.outcome !== 'created') return judged
    const keys = this.#keys.get(judged.n) ?? []
    const isSecond = keys.some((key) => this.#made.has(key))
    for (const key of keys) this.#made.add(key)
    return isSecond ? { ...judged, outcome: 'updated', userId: null } : judged
  }

  count(rows: readonly Pick<ImportRow, 'outcome'>[]) {
    for (const { outcome } of rows) this.counts[outcome]++
  }
}

/** What was meant before the crash is what is told; what is still to be done of it is what was judged now. */
const again = ({ outcome, code, why, userId }: ImportRow, now: Judged) => {
  const isToDo = now.outcome === 'created' || now.outcome === 'updated'
  return { outcome, code, why, userId: isToDo ? now.userId : userId }
}
