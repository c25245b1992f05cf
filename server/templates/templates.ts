import { type Flaw, flawsOf } from '../../kernel/template-rules.ts'
import { conflict, invalid, missing, Problem, staleRevision } from '../../kernel/problem.ts'
import type { TemplateWords } from '../../kernel/template.ts'
import { sampleTypes } from '../../kernel/template-kinds.ts'
import { ProviderFailure, type ProviderError } from '../../providers/sender.ts'
import { whatsAppOf } from '../../providers/whatsapp/sender.ts'
import { type HandedIn, statusOf, type TemplateApi } from '../../providers/whatsapp/templates.ts'
import type { Store } from '../../store/connection.ts'
import type { Rest } from '../../store/rest.ts'
import type { ChannelSettings } from '../../store/settings/channels.ts'
import { type Kept, Resources } from '../../store/settings/resources.ts'
import { liveKey, type TemplateFields, templates, templatesMax } from '../../store/settings/templates.ts'
import { openLine } from '../delivery.ts'
import type { FileRoom } from '../files/file-room.ts'

export type Template = Kept<TemplateFields>

export interface TemplateParts {
  store: Store
  rest: Rest
  channels: ChannelSettings
  files: Pick<FileRoom, 'open' | 'bytesOf'>
  api: TemplateApi
  /** Rules learn of it: resolves when this process knows. */
  changed(workspaceId: string): Promise<void>
}

/** Who does it in which workspace, and when. */
export interface At {
  workspaceId: string
  by: string
  now: number
}
export type Written = Pick<TemplateFields, 'channelId' | 'name' | 'language' | 'category'> & { words: TemplateWords }
export type Rewritten = Partial<Pick<Written, 'category' | 'words'>>

const fresh = {
  providerStatus: null,
  providerId: null,
  rejectReason: null,
  advice: null,
  quality: null,
  isForeign: false,
  submittedAt: null,
  lastSyncedAt: null,
  toldAt: null,
} as const

/** The templates that people write, hand in and delete. What the provider makes of them comes by `TemplateNewsRoom`. */
export class Templates {
  readonly all: Resources<typeof templates.fields>
  readonly #parts: TemplateParts

  constructor(parts: TemplateParts) {
    this.#parts = parts
    this.all = new Resources(parts, templates)
  }

  /** @throws Problem `not_found` */
  async known({ workspaceId }: Pick<At, 'workspaceId'>, id: string): Promise<Template> {
    const found = await this.all.byId(workspaceId, id)
    if (!found) throw missing('not_found', 'There is no such template.')
    return found
  }

  /** @throws Problem `unknown_channel`, `template_exists`, `invalid_template`, `too_many` */
  async make(at: At, id: string, written: Written): Promise<Template> {
    const { workspaceId } = at
    const { fields, status, provider } = (await this.#parts.channels.byId(workspaceId, written.channelId)) ?? {}
    if (provider !== 'whatsapp' || status !== 'active')
      throw invalid('unknown_channel', 'A WhatsApp channel is meant.', [{ path: 'channelId', message: 'Unknown.' }])
    refuseFlaws(flawsOf(written).filter(isOfShape))
    if ((await this.all.count(workspaceId, templatesMax)) >= templatesMax)
      throw conflict('too_many', `There can be ${String(templatesMax)} at most.`)
    const named = { ...written, accountId: fields?.['businessId'] ?? '' }
    if (await this.#by(workspaceId, liveKey(named))) throw taken()
    const draft: TemplateFields = { ...fresh, ...named, version: 1, status: 'draft' }
    const made = await this.all.insert(workspaceId, { id, fields: draft, by: at.by }, at.now)
    if (!made) throw taken()
    await this.#parts.changed(workspaceId)
    return made
  }

  /**
   * What is being written is changed in its place; of one that Meta has approved a later version is begun, and the
   * approved one goes on being sent until that is handed in.
   * @throws Problem `template_in_review`, `template_final`, `draft_exists`, `invalid_template`, `stale_revision`
   */
  async rewrite(at: At, id: string, said: Rewritten, how: { rev: number | undefined; newId: string }) {
    const before = await this.known(at, id)
    if (how.rev !== undefined && before.rev !== how.rev) throw staleRevision()
    refuseUnchangeable(before)
    const after = { ...before, ...said }
    refuseFlaws(flawsOf(after).filter(isOfShape))
    if (before.status === 'approved' || before.status === 'paused') return this.#begin(at, how.newId, after)
    return this.#set(at, before, said)
  }

  async #begin(
    at: At,
    id: string,
    { channelId, accountId, name, language, category, words, version, providerId }: Template,
  ) {
    const draft: TemplateFields = {
      ...{ ...fresh, channelId, accountId, name, language, category, words, providerId },
      version: version + 1,
      status: 'draft',
    }
    const made = await this.all.insert(at.workspaceId, { id, fields: draft, by: at.by }, at.now)
    if (!made) throw conflict('draft_exists', 'A later version of it is being written already.')
    return made
  }

  /** Hands it in to Meta. @throws Problem with Meta's own words where it refuses, `template_in_review`, `invalid_template` */
  async submit(at: At, id: string): Promise<Template> {
    const draft = await this.known(at, id)
    // One that was marked by a process that died then is not Meta's yet.
    const isOnItsWay = draft.status === 'submitted' && draft.providerStatus === null
    if (draft.status !== 'draft' && draft.status !== 'rejected' && !isOnItsWay)
      throw conflict('template_in_review', 'It is handed in already.')
    refuseFlaws(flawsOf(draft))
    await this.#channel(at.workspaceId, draft.channelId)
    // Before Meta has it: what it decides may be told before it has answered.
    const undo = await this.#marked(at, draft)
    try {
      return await this.#settled(at, id, await this.#handIn(at, await this.#withSample(at, draft)))
    } catch (error) {
      await undo()
      throw error
    }
  }

  /** It takes the place of the version that is sent now. Answers how to take that back. */
  async #marked(at: At, draft: Template): Promise<() => Promise<void>> {
    const before = await this.#by(at.workspaceId, liveKey(draft))
    const former = before && before.id !== draft.id ? before : undefined
    const archived = former && (await this.#set(at, former, { status: 'archived' }))
    const told = { providerStatus: null, rejectReason: null, advice: null, quality: null, toldAt: null }
    const marked = await this.#set(at, draft, { ...told, status: 'submitted', submittedAt: at.now })
    return async () => {
      const { providerStatus, rejectReason, advice, quality, toldAt, status, submittedAt } = draft
      const then = { providerStatus, rejectReason, advice, quality, toldAt, status, submittedAt }
      await this.#set(at, marked, then)
      if (archived && former) await this.#set(at, archived, { status: former.status })
    }
  }

  /** What Meta answered, unless it has told more meanwhile. */
  async #settled(at: At, id: string, { providerId, providerStatus, category }: HandedIn): Promise<Template> {
    for (;;) {
      const now = await this.known(at, id)
      const status = statusOf(providerStatus) ?? 'submitted'
      const said = now.toldAt === null ? { providerStatus, category, status } : {}
      const after = await this.all.change(at.workspaceId, now, { providerId, ...said, lastSyncedAt: at.now }, at)
      if (after === 'taken') throw taken()
      if (!after) continue // Its webhook came at this very moment.
      await this.#parts.changed(at.workspaceId)
      return after
    }
  }

  /** Meta's reviewers are shown the file that is kept here; what Meta calls it holds for a short while only. */
  async #withSample({ workspaceId }: At, draft: Template): Promise<Template> {
    const { header } = draft.words
    if (header === null || !('handle' in header) || header.file === undefined) return draft
    const { api, files } = this.#parts
    const { row, mime, ...open } = await files.open(workspaceId, header.file.fileId)
    const types: readonly string[] = sampleTypes[header.format]
    if (row.purpose !== 'template' || !types.includes(mime))
      refuseFlaws([{ path: 'words.header', message: `Its reviewers take ${types.join(' or ')} here.` }])
    const bytes = await files.bytesOf({ row, mime, ...open })
    const file = { bytes, mime, ...(row.fileName !== null && { fileName: row.fileName }) }
    const handle = await api.sample(await this.#channel(workspaceId, draft.channelId), file).catch(rethrown)
    return { ...draft, words: { ...draft.words, header: { ...header, handle } } }
  }

  /** A repetition finds that Meta has it already: then what Meta has is taken for what was handed in. */
  async #handIn({ workspaceId }: At, draft: Template): Promise<HandedIn> {
    const { api } = this.#parts
    const channel = await this.#channel(workspaceId, draft.channelId)
    try {
      if (draft.providerId !== null) return await api.edit(channel, draft.providerId, draft)
      return await api.create(channel, draft)
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error
      if (error.error.code !== 'template_exists') throw problemOf(error.error)
      const held = await api.list(channel, draft.name).catch(rethrown)
      const same = held.find(({ language }) => language === draft.language)
      if (same === undefined || same.words.body !== draft.words.body) throw problemOf(error.error)
      return same
    }
  }

  /** One that Meta knows is deleted there as well, and nobody can send it any more. */
  async remove(at: At, id: string, rev: number | undefined): Promise<void> {
    const one = await this.known(at, id)
    if (rev !== undefined && one.rev !== rev) throw staleRevision()
    if (one.providerId !== null && one.status !== 'draft' && one.status !== 'archived') {
      const channel = await this.#channel(at.workspaceId, one.channelId)
      await this.#parts.api.remove(channel, { providerId: one.providerId, name: one.name }).catch((error: unknown) => {
        // Meta has it no more: that is what is wanted.
        if (error instanceof ProviderFailure && error.error.providerCode === 100) return
        rethrown(error)
      })
    }
    const how = { by: at.by, now: at.now, isKept: true }
    if (!(await this.all.remove(at.workspaceId, one, how))) throw staleRevision()
    await this.#parts.changed(at.workspaceId)
  }

  async #channel(workspaceId: string, id: string) {
    const open = await openLine(this.#parts.channels, workspaceId, id)
    if (open?.provider !== 'whatsapp')
      throw conflict('channel_missing', 'The channel of this template was taken away or switched off.')
    return whatsAppOf(open)
  }

  async #by(workspaceId: string, unique: string): Promise<Template | undefined> {
    const { items } = await this.all.page(workspaceId, { equal: { unique }, limit: 1 })
    return items[0]
  }

  async #set(at: At, before: Template, change: Partial<TemplateFields>): Promise<Template> {
    const after = await this.all.change(at.workspaceId, before, change, at)
    if (after === 'taken') throw taken()
    if (!after) throw staleRevision()
    await this.#parts.changed(at.workspaceId)
    return after
  }
}

/** What is half written may be kept; what could never be handed in may not. */
const isOfShape = ({ path }: Flaw) => path === 'name' || path === 'language'

function refuseFlaws(flaws: readonly Flaw[]) {
  const [first] = flaws
  if (first) throw invalid('invalid_template', `WhatsApp would refuse this: ${first.message}`, [...flaws])
}

function refuseUnchangeable({ status, isForeign }: Template) {
  if (status === 'submitted') throw conflict('template_in_review', 'WhatsApp is looking at it: wait for what it says.')
  if (status === 'disabled' || status === 'archived')
    throw conflict('template_final', 'This one cannot be changed any more. Make another.')
  if (isForeign) throw conflict('template_final', 'It has parts that are unknown here: change it at Meta.')
}

const taken = () => conflict('template_exists', 'There is one of this name and language already.')

/** What the provider said, for whoever asked. */
export function problemOf({ code, title, action }: ProviderError): Problem {
  return new Problem(action === 'retry' ? 'busy' : 'conflict', code, title)
}

export function rethrown(error: unknown): never {
  throw error instanceof ProviderFailure ? problemOf(error.error) : error
}
