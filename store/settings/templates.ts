import { z } from 'zod'
import { derivedId } from '../../kernel/id.ts'
import { instant } from '../../kernel/marks.ts'
import type { KnownTemplate } from '../../kernel/template-known.ts'
import { TemplateCategory, TemplateStatus, TemplateWords } from '../../kernel/template.ts'
import type { Store, Stored } from '../connection.ts'
import type { Home } from './resources.ts'

const id = z.string().min(1).max(128)

/** One version of a template of a WhatsApp account. */
export const TemplateFields = z.object({
  /** By which channel the provider is asked about it. */
  channelId: id,
  accountId: z.string().max(128),
  name: z.string().min(1).max(512),
  language: z.string().min(2).max(16),
  category: TemplateCategory,
  words: TemplateWords,
  version: z.int().min(1).max(100_000),
  status: TemplateStatus,
  /** As the provider says it: `PENDING`, `IN_APPEAL`, `FLAGGED` …; null before it was handed in. */
  providerStatus: z.string().max(64).nullable(),
  providerId: z.string().max(64).nullable(),
  /** Why it was rejected, or what the provider said when it paused it; its own words. */
  rejectReason: z.string().max(1_000).nullable(),
  /** What the provider advises against that. */
  advice: z.string().max(2_000).nullable(),
  /** What people make of it: `GREEN`, `YELLOW`, `RED`, `UNKNOWN`. */
  quality: z.string().max(32).nullable(),
  /** The provider has parts in it of which this version knows nothing: it cannot be changed or sent here. */
  isForeign: z.boolean().default(false),
  submittedAt: instant().nullable(),
  lastSyncedAt: instant().nullable(),
  /** As of when the provider said what is known of it: what it said before then changes nothing. */
  toldAt: instant().nullable(),
})
export type TemplateFields = z.output<typeof TemplateFields>
export const templatesMax = 1_000

type Named = Pick<TemplateFields, 'accountId' | 'name' | 'language'>
const keyOf = ({ accountId, name, language }: Named, which: string) => derivedId('u', accountId, name, language, which)
/** By which the one is found that the provider knows. */
export const liveKey = (named: Named) => keyOf(named, 'live')

/** Of a name in a language there is one that the provider knows and one that is being written, at most. */
const uniqueOf = ({ status, version, ...named }: TemplateFields) => {
  if (status === 'archived') return keyOf(named, `v${String(version)}`)
  return status === 'draft' ? keyOf(named, 'draft') : liveKey(named)
}

export const templates = {
  collection: 'message_templates',
  fields: TemplateFields,
  search: 'name',
  unique: uniqueOf,
} as const satisfies Home<typeof TemplateFields>

/** What rules must know of templates: of all workspaces, or of one. Of a draft only where nothing is handed in yet. */
export async function knownTemplates(store: Store, workspaceId?: string) {
  const of = workspaceId === undefined ? {} : { workspaceId }
  const filter = { ...of, status: { $ne: 'archived' }, deletedAt: { $exists: false } }
  const found = await store.collection('message_templates').find(filter).sort({ _id: 1 }).toArray()
  const all = new Map<string, ReturnType<typeof read>>()
  for (const one of found.map(read)) {
    const { accountId, name, language, status } = one.known
    const key = derivedId('u', one.workspaceId, accountId, name, language)
    if (status !== 'draft' || !all.has(key)) all.set(key, one)
  }
  return [...all.values()]
}

function read(document: Stored): { workspaceId: string; known: KnownTemplate } {
  const { workspaceId, accountId, name, language, category, status, rejectReason } = document as Stored &
    KnownTemplate & { workspaceId: string }
  const words = TemplateWords.parse(document['words'])
  const isForeign = document['isForeign'] === true
  return { workspaceId, known: { accountId, name, language, category, status, rejectReason, isForeign, words } }
}
