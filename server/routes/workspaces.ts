import { z } from 'zod'
import { CodeRules } from '../../kernel/codes.ts'
import { ContactRules } from '../../kernel/contact-rules.ts'
import { colourShape, inkOn } from '../../kernel/colour.ts'
import { Hours } from '../../kernel/hours.ts'
import { lacking, Module, modules } from '../../kernel/modules.ts'
import { invalid, missing } from '../../kernel/problem.ts'
import { Currency, Locale, ruleWords, Settings, switchWords, Timezone } from '../../kernel/settings.ts'
import { revisionOf } from '../http/if-match.ts'
import { get, patch, post, put } from '../http/route.ts'
import type { Ports } from '../ports.ts'
import { Branding, Profile, workspaceBySlug, type WorkspaceSettings } from '../../store/settings/workspaces.ts'

const text = (max: number) => z.string().trim().max(max)
const empty = z.literal('')
const webAddress = z.union([z.url({ protocol: /^https?$/, hostname: z.regexes.domain }).max(2_048), empty])

// What people may set. At rest older values are taken as they are, so these are stricter than what is read.
const ProfileChange = z.object({
  legalName: text(200),
  email: z.union([z.email().max(254), empty]),
  phone: text(32).regex(/^[+\d ()/.-]*$/, 'digits, spaces and + ( ) / . -'),
  address: text(500),
  website: webAddress,
  privacyUrl: webAddress,
})
const BrandingChange = z.object({
  colour: z.union([z.string().regex(colourShape, 'a colour like #126461'), empty]),
  fromName: text(120).regex(/^[^\p{C}<>"]*$/u, 'no control characters, quotes or angle brackets'),
  logoFileId: z
    .string()
    .regex(/^[\w-]{1,128}$/)
    .nullable(),
})
type Rule = keyof typeof ruleWords
const ruleNames = Object.keys(ruleWords) as Rule[]
const switchNames = Object.keys(switchWords) as (keyof typeof switchWords)[]
// Without its default: what is not named stays.
const ruleShape = Object.fromEntries(
  [...ruleNames, ...switchNames].map((name) => [name, Settings.shape[name].unwrap()]),
)
/** Some of a group's, none filled in: what is not named stays. */
const someOf = <Group extends z.ZodObject>({ shape }: Group) =>
  z.object(
    Object.fromEntries(Object.entries<z.ZodType>(shape).map(([name, field]) => [name, bare(field).optional()])),
  ) as unknown as z.ZodType<Partial<z.output<Group>>>
const bare = (field: z.ZodType) =>
  field instanceof z.ZodDefault || field instanceof z.ZodPrefault ? (field.unwrap() as z.ZodType) : field
const SettingsChange = z
  .object({
    timezone: Timezone,
    locale: Locale,
    currency: Currency,
    codes: someOf(CodeRules),
    contact: someOf(ContactRules),
    ...ruleShape,
  })
  .partial()

const Current = z.object({
  id: z.string().max(128),
  slug: z.string().max(64),
  name: z.string().max(200),
  status: z.enum(['draft', 'active', 'suspended', 'closing']),
  isSandbox: z.boolean(),
  profile: Profile,
  branding: Branding,
  settings: Settings.omit({ modules: true, hours: true }),
  quotas: z.object({ members: z.int(), channels: z.int(), requestsPerMinute: z.int(), storageBytes: z.int() }),
  /** Counts what was set; `If-Match` takes it. */
  rev: z.int(),
})
const OpeningHours = z.object({ timezone: z.string().max(64), hours: Hours, rev: z.int() })
const Modules = z.object({
  items: z
    .array(
      z.object({
        name: Module,
        words: z.string().max(40),
        says: z.string().max(200),
        isOn: z.boolean(),
        /** What has to be switched on first, a sentence each. */
        lacks: z.array(z.object({ why: z.string().max(200) })).max(5),
      }),
    )
    .max(Module.options.length),
  rev: z.int(),
})
const Rules = z.object({
  items: z
    .array(
      z.object({
        name: z.string().max(64),
        group: z.string().max(64),
        words: z.string().max(120),
        says: z.string().max(400),
        unit: z.string().max(32),
        min: z.number(),
        max: z.number(),
        value: z.number(),
        usual: z.number(),
      }),
    )
    .max(100),
  /** Those that are on or off. */
  switches: z
    .array(
      z.object({
        name: z.string().max(64),
        group: z.string().max(64),
        words: z.string().max(120),
        says: z.string().max(400),
        isOn: z.boolean(),
      }),
    )
    .max(100),
  rev: z.int(),
})
const tags = ['Workspaces']
const stale = ['stale_revision', 'invalid_if_match']

export const workspaces = [
  post(
    '/workspaces',
    {
      allow: 'any',
      summary: 'Open another business: I own it, and it is a draft',
      tags,
      status: 201,
      body: z.object({
        name: text(200).min(1),
        timezone: Timezone.optional(),
        locale: Locale.optional(),
        currency: Currency.optional(),
      }),
      reply: Current,
      problems: ['too_many_workspaces'],
      audit: 'workspace.created',
    },
    async ({ workspaces, workspace, caller, body: { name, ...said } }) => {
      const settings = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
      return shown((await workspaces.create(caller, { name, settings }, workspace.newId('ws'))).workspace)
    },
  ),

  get(
    '/workspaces/current',
    { allow: 'workspace.read', summary: 'The business that I work for', tags, reply: Current },
    async ({ workspaces, workspace }) => shown(await workspaces.now(workspace.id)),
  ),

  patch(
    '/workspaces/current',
    {
      allow: 'workspace.manage',
      summary: 'Change what is set of the business; what is not named stays',
      tags,
      takesRevision: true,
      body: z.object({
        name: text(200).min(1).optional(),
        profile: ProfileChange.partial().optional(),
        branding: BrandingChange.partial().optional(),
        settings: SettingsChange.optional(),
      }),
      reply: Current,
      problems: [...stale, 'file_unsuitable'],
      audit: { action: 'workspace.changed', target: ({ workspace }) => workspace.id },
    },
    async ({ workspaces, workspace, files, body, request }) => {
      const { name, ...parts } = body
      await checkLogo(files, workspace.id, parts.branding?.logoFileId)
      const change = { ...(name !== undefined && { name }), ...said(parts) }
      return shown(await workspaces.change(workspace.id, change, revisionOf(request)))
    },
  ),

  get(
    '/workspaces/current/rules',
    {
      allow: 'workspace.read',
      summary: 'The settings that are a number or a switch each, in words, with what is usual',
      tags,
      reply: Rules,
    },
    async ({ workspaces, workspace }) => {
      const { settings, rev } = await workspaces.now(workspace.id)
      const items = ruleNames.map((name) => {
        const { group, name: words, says, unit } = ruleWords[name]
        return { name, group, words, says, unit, ...boundsOf(name), value: settings[name] }
      })
      const switches = switchNames.map((name) => {
        const { group, name: words, says } = switchWords[name]
        return { name, group, words, says, isOn: settings[name] }
      })
      return { items, switches, rev }
    },
  ),

  get(
    '/workspaces/current/business-hours',
    { allow: 'workspace.read', summary: 'When the business is open', tags, reply: OpeningHours },
    async ({ workspaces, workspace }) => hoursOf(await workspaces.now(workspace.id)),
  ),

  put(
    '/workspaces/current/business-hours',
    {
      allow: 'workspace.manage',
      summary: 'Set when the business is open: several intervals a day, and holidays',
      tags,
      takesRevision: true,
      body: Hours,
      reply: OpeningHours,
      problems: stale,
      audit: { action: 'workspace.hours_changed', target: ({ workspace }) => workspace.id },
    },
    async ({ workspaces, workspace, body, request }) =>
      hoursOf(await workspaces.setHours(workspace.id, body, revisionOf(request))),
  ),

  get(
    '/workspaces/current/modules',
    {
      allow: 'workspace.read',
      summary: 'The parts of Careline that are on, and what each needs',
      tags,
      reply: Modules,
    },
    async ({ workspaces, workspace }) => modulesOf(await workspaces.now(workspace.id)),
  ),

  put(
    '/workspaces/current/modules',
    {
      allow: 'workspace.manage',
      summary: 'Switch modules on and off: exactly these are on; what was kept in the others stays',
      tags,
      takesRevision: true,
      body: z.object({ on: z.array(Module).max(Module.options.length) }),
      reply: Modules,
      problems: [...stale, 'module_needed'],
      audit: {
        action: 'workspace.modules_changed',
        target: ({ workspace }) => workspace.id,
        note: ({ body }) => ({ on: body.on.join(' ') }),
      },
    },
    async ({ workspaces, workspace, body, request }) =>
      modulesOf(await workspaces.setModules(workspace.id, body.on, revisionOf(request))),
  ),

  get(
    '/public/:slug/brand',
    {
      allow: 'public',
      summary: 'How a business looks to those who are not signed in',
      tags,
      params: z.object({ slug: z.string().regex(/^[a-z0-9-]{1,64}$/) }),
      reply: z.object({
        name: z.string().max(200),
        colour: z.string().max(7),
        /** What can be read on it. */
        ink: z.string().max(7),
        /** Opens for ten minutes. */
        logoUrl: z.string().max(1_100).nullable(),
        privacyUrl: z.string().max(2_048),
      }),
    },
    async ({ store, auth, params }) => {
      const found = await workspaceBySlug(store, params.slug)
      if (!found) throw missing('not_found', 'There is no such business.')
      const { id, name, branding, profile } = found
      const { colour, logoFileId } = branding
      const logoUrl = logoFileId === null ? null : `/f/${auth.tokens.file(id, logoFileId).token}`
      return { name, colour, ink: colour === '' ? '' : inkOn(colour), logoUrl, privacyUrl: profile.privacyUrl }
    },
  ),
]

function boundsOf(name: Rule) {
  const number = Settings.shape[name].unwrap()
  return { min: number.minValue ?? 0, max: number.maxValue ?? Number.MAX_SAFE_INTEGER, usual: Settings.parse({})[name] }
}

/** Two levels deep, without what was not said: `exactOptionalPropertyTypes` tells the two apart, and so does `$set`. */
function said<Parts extends object>(parts: Parts) {
  const named = Object.entries(parts).filter(([, fields]) => fields !== undefined)
  return Object.fromEntries(
    named.map(([part, fields]) => [
      part,
      Object.fromEntries(Object.entries(fields as object).filter(([, value]) => value !== undefined)),
    ]),
  )
}

const shown = ({ settings, ...found }: WorkspaceSettings) => {
  const { modules: _, hours: __, ...plain } = settings
  const { id, slug, name, status, isSandbox, profile, branding, quotas, rev } = found
  return { id, slug, name, status, isSandbox, profile, branding, settings: plain, quotas, rev }
}
const hoursOf = ({ settings: { timezone, hours }, rev }: WorkspaceSettings) => ({ timezone, hours, rev })

function modulesOf({ settings, rev }: WorkspaceSettings) {
  const items = Module.options.map((name) => {
    const isOn = settings.modules.includes(name)
    const lacks = isOn ? [] : lacking([...settings.modules, name]).map(({ why }) => ({ why }))
    return { name, words: modules[name].name, says: modules[name].says, isOn, lacks }
  })
  return { items, rev }
}

/** Strangers see it, so it is a picture of this business that was brought to be seen. */
async function checkLogo(files: Ports['files'], workspaceId: string, fileId: string | null | undefined) {
  if (fileId === null || fileId === undefined) return
  const file = await files.row(workspaceId, fileId)
  if (file?.purpose === 'branding' && file.status === 'ready' && logoTypes.has(file.mime)) return
  const message = 'A logo is a picture (PNG, JPEG or WebP) that was uploaded for it.'
  throw invalid('file_unsuitable', message, [{ path: 'branding.logoFileId', message }])
}

const logoTypes = new Set(['image/png', 'image/jpeg', 'image/webp'])
