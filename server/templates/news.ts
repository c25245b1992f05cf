import { derivedId } from '../../kernel/id.ts'
import type { TemplateWords } from '../../kernel/template.ts'
import type { TemplateNews } from '../../providers/received.ts'
import { ProviderFailure } from '../../providers/sender.ts'
import { whatsAppOf } from '../../providers/whatsapp/sender.ts'
import { type HeldTemplate, isGone, statusOf } from '../../providers/whatsapp/templates.ts'
import type { OpenChannel } from '../../store/settings/channels.ts'
import { Resources } from '../../store/settings/resources.ts'
import { liveKey, type TemplateFields, templates, templatesMax } from '../../store/settings/templates.ts'
import { openLine } from '../delivery.ts'
import { problemOf, type Template, type TemplateParts } from './templates.ts'

const by = 'whatsapp'
const triesMax = 5

/** What a reading of all of an account's templates found. */
export interface Synced {
  made: number
  changed: number
  gone: number
  same: number
}

interface Parts extends Omit<TemplateParts, 'files'> {
  /** The workspace's time, epoch ms. */
  timeOf(workspaceId: string): number
  /** Consoles that are open hear of it. */
  shown(workspaceId: string, template: { id: string; rev: number }): void
}

/** What the provider makes of templates: read from it, or told by it. What was told before changes nothing. */
export class TemplateNewsRoom {
  readonly #parts: Parts
  readonly #all: Resources<typeof templates.fields>

  constructor(parts: Parts) {
    this.#parts = parts
    this.#all = new Resources(parts, templates)
  }

  /** Told by a webhook: in any order, and any number of times. */
  async told(workspaceId: string, { businessId, news, at }: { businessId: string; news: TemplateNews; at: number }) {
    const { providerStatus, name, language } = news
    const named = { accountId: businessId, name, language }
    for (let tries = 0; tries < triesMax; tries++) {
      const before = await this.#live(workspaceId, named)
      // One that was made elsewhere: the next reading brings all of it.
      if (!before || (before.toldAt !== null && before.toldAt > at)) return
      if (before.providerId !== null && before.providerId !== news.providerId) return
      // Meta tells in seconds, and of the edit that it is looking at it tells after it.
      if (before.submittedAt !== null && at < Math.floor(before.submittedAt / 1_000) * 1_000) return
      const isOver = providerStatus !== undefined && isGone(providerStatus)
      const isDone = isOver ? await this.#goes(workspaceId, before) : await this.#becomes(workspaceId, before, news, at)
      if (isDone) return this.#parts.changed(workspaceId)
    }
  }

  async #becomes(workspaceId: string, before: Template, news: TemplateNews, at: number): Promise<boolean> {
    const { providerStatus, quality, category, words, isForeign } = news
    const status = providerStatus === undefined ? undefined : statusOf(providerStatus)
    const isStatus = providerStatus !== undefined
    const change: Partial<TemplateFields> = {
      ...(before.providerId === null && { providerId: news.providerId }),
      ...(isStatus && { providerStatus, toldAt: at }),
      ...(status && { status }),
      ...(isStatus && { rejectReason: news.rejectReason ?? null, advice: news.advice ?? null }),
      ...(quality !== undefined && { quality }),
      ...(category && { category }),
      ...(words && { words: withPlaces(withFile(words, before.words), before.words), isForeign: isForeign === true }),
    }
    return this.#change(workspaceId, before, change)
  }

  /** Every channel's account, asked once each: what it has is what is so. @throws Problem where the provider refuses */
  async sync(workspaceId: string, channelId?: string): Promise<Synced> {
    const sum: Synced = { made: 0, changed: 0, gone: 0, same: 0 }
    const seen = new Set<string>()
    const channels = (await this.#parts.channels.list(workspaceId)).filter(
      ({ id, provider, status }) =>
        provider === 'whatsapp' && status === 'active' && (channelId === undefined || id === channelId),
    )
    for (const { id, fields } of channels) {
      const account = fields['businessId'] ?? ''
      if (!seen.has(account)) await this.#syncAccount(workspaceId, id, sum)
      seen.add(account)
      await this.#parts.channels.templatesKnown(workspaceId, id)
    }
    await this.#parts.changed(workspaceId)
    return sum
  }

  async #syncAccount(workspaceId: string, channelId: string, sum: Synced) {
    const open = await openLine(this.#parts.channels, workspaceId, channelId)
    if (!open) return
    const accountId = open.fields['businessId'] ?? ''
    const held = await this.#held(open)
    const live = await this.#ofAccount(workspaceId, accountId)
    for (const one of held.slice(0, templatesMax)) sum[await this.#take(workspaceId, open, one)]++
    const isThere = (one: Template) => held.some(({ providerId }) => providerId === one.providerId)
    for (const one of live) if (!isThere(one) && (await this.#goes(workspaceId, one))) sum.gone++
  }

  async #held(open: OpenChannel): Promise<HeldTemplate[]> {
    try {
      return (await this.#parts.api.list(whatsAppOf(open))).filter(({ providerStatus }) => !isGone(providerStatus))
    } catch (error) {
      throw error instanceof ProviderFailure ? problemOf(error.error) : error
    }
  }

  /** Those that its provider knows, or knew. */
  async #ofAccount(workspaceId: string, accountId: string): Promise<Template[]> {
    const equal = { accountId, providerId: { $ne: null }, status: { $nin: ['draft', 'archived'] } }
    const { items } = await this.#all.page(workspaceId, { equal, limit: templatesMax })
    return items
  }

  async #take(workspaceId: string, open: OpenChannel, held: HeldTemplate): Promise<'made' | 'changed' | 'same'> {
    const accountId = open.fields['businessId'] ?? ''
    const now = this.#parts.timeOf(workspaceId)
    const { name, language, category, providerId, providerStatus, rejectReason, quality, words, isForeign } = held
    const status = statusOf(providerStatus) ?? 'submitted'
    const said = { providerId, providerStatus, category, rejectReason, quality, isForeign, status }
    for (let tries = 0; tries < triesMax; tries++) {
      const before = await this.#live(workspaceId, { accountId, name, language })
      if (before) {
        const reason = { rejectReason: rejectReason ?? (before.status === status ? before.rejectReason : null) }
        const change = { ...said, ...reason, words: withPlaces(words, before.words) }
        if (this.#all.differing(before, change).length === 0) return 'same'
        if (await this.#change(workspaceId, before, { ...change, lastSyncedAt: now })) return 'changed'
        continue
      }
      const about = { channelId: open.id, accountId, name, language, words, version: 1 }
      const fields = { ...about, ...said, advice: null, submittedAt: null, lastSyncedAt: now, toldAt: null }
      const id = derivedId('tpl', workspaceId, accountId, providerId)
      if (await this.#all.insert(workspaceId, { id, fields, by }, now)) return 'made'
    }
    return 'same'
  }

  /** False where somebody was quicker. */
  async #change(workspaceId: string, before: Template, change: Partial<TemplateFields>): Promise<boolean> {
    if (this.#all.differing(before, change).length === 0) return true
    const how = { by, now: this.#parts.timeOf(workspaceId) }
    const after = await this.#all.change(workspaceId, before, change, how)
    if (!after || after === 'taken') return false
    this.#parts.shown(workspaceId, after)
    return true
  }

  /** Its provider has it no more. */
  async #goes(workspaceId: string, before: Template): Promise<boolean> {
    const how = { by, now: this.#parts.timeOf(workspaceId), isKept: true }
    if (!(await this.#all.remove(workspaceId, before, how))) return false
    this.#parts.shown(workspaceId, { id: before.id, rev: before.rev + 1 })
    return true
  }

  async #live(workspaceId: string, named: Parameters<typeof liveKey>[0]): Promise<Template | undefined> {
    const { items } = await this.#all.page(workspaceId, { equal: { unique: liveKey(named) }, limit: 1 })
    return items[0]
  }
}

/** What people had chosen to put into the places stays, and the samples of whoever tells none. */
function withPlaces(words: TemplateWords, before: TemplateWords): TemplateWords {
  const places = words.places.map((one) => {
    const known = before.places.find(({ slot }) => slot === one.slot)
    return known ? { ...one, sample: one.sample || known.sample, fill: known.fill } : one
  })
  return { ...words, places, header: withSample(words.header, before.header) }
}

type Header = TemplateWords['header']
const isFile = (header: Header): header is Extract<Header, { handle: string }> => header !== null && 'handle' in header

/** What Meta shows of a file is an address of its own, another one each time: the one that was brought stays. */
const withSample = (header: Header, before: Header): Header =>
  isFile(header) && isFile(before) && header.format === before.format ? before : header

/** A webhook about changed words does not speak of files. */
const withFile = (words: TemplateWords, before: TemplateWords): TemplateWords =>
  words.header === null && isFile(before.header) ? { ...words, header: before.header } : words
