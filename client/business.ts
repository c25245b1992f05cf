import type { Http, Page } from './http.ts'
import type { TeamRule } from './tools.ts'
import type { Session } from './tokens.ts'

export interface Profile {
  legalName: string
  email: string
  phone: string
  address: string
  website: string
  privacyUrl: string
}

export interface Branding {
  /** `#rrggbb`; empty for our own. */
  colour: string
  fromName: string
  logoFileId: string | null
}

/** When and how often people are written to of the business's own accord. */
export interface ContactRules {
  /** `21:00`, by the person's own clock; nothing is quiet where both are the same. */
  quietFrom: string
  quietTo: string
  /** What waits for their end. */
  quietFor: ('transactional' | 'operational' | 'marketing')[]
  marketingMax: number
  marketingDays: number
  /** What a STOP ends besides what comes on its channel. */
  stopEnds: 'channel' | 'marketing'
  /** A machine answers the mails of one person once in so many hours; 0: always. */
  mailAnswerHours: number
  help: string
}

/** Where one-time codes go, and what they may cost. */
export interface CodeRules {
  /** ISO 3166; null for every country. */
  countries: string[] | null
  /** In a day (UTC), in the minor units of the provider's bill. */
  dailySpend: number
  /** The name of the authentication template at WhatsApp. */
  template: string
}

export interface Business {
  id: string
  slug: string
  name: string
  status: 'draft' | 'active' | 'suspended' | 'closing'
  isSandbox: boolean
  profile: Profile
  branding: Branding
  settings: { timezone: string; locale: string; currency: string; codes: CodeRules; contact: ContactRules }
  quotas: { members: number; channels: number; requestsPerMinute: number; storageBytes: number }
  /** Give it back with a change: it is refused where somebody else was faster. */
  rev: number
}

export interface BusinessChange {
  name?: string
  profile?: Partial<Profile>
  branding?: Partial<Branding>
  settings?: {
    timezone?: string
    locale?: string
    currency?: string
    codes?: CodeRules
    contact?: ContactRules
  } & Record<string, unknown>
}

export interface Interval {
  from: string
  to: string
}
export type DayName = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday'
export interface Holiday {
  date: string
  name: string
  /** When it is open all the same. */
  intervals: Interval[]
}
export interface Hours {
  weekly: Record<DayName, Interval[]>
  holidays: Holiday[]
}
export interface OpeningHours {
  timezone: string
  hours: Hours
  rev: number
}

export interface ModuleLine {
  name: string
  words: string
  says: string
  isOn: boolean
  /** What has to be switched on first. */
  lacks: { why: string }[]
}

/** A setting that is a number. */
export interface Rule {
  name: string
  group: string
  words: string
  says: string
  unit: string
  min: number
  max: number
  value: number
  usual: number
}

/** One that is on or off. */
export interface Switch {
  name: string
  group: string
  words: string
  says: string
  isOn: boolean
}

export type StepName = 'business' | 'hours' | 'channels' | 'staff' | 'service' | 'privacy'
export interface Step {
  key: StepName
  status: 'todo' | 'done' | 'skipped'
  maySkip: boolean
  missing: { code: string; says: string }[]
}
export interface Onboarding {
  status: Business['status']
  isReady: boolean
  steps: Step[]
}

export interface PresetLine {
  name: string
  words: string
  says: string
  modules: string[]
  services: string[]
}

export interface Team {
  id: string
  name: string
  description: string
  memberIds: string[]
  /** How what waits for it is assigned; null: as the business says. */
  assignment: TeamRule | null
  rev: number
}
export interface Offer {
  id: string
  name: string
  description: string
  durationMin: number
  /** In the smallest unit of its currency. */
  priceMinor: number
  currency: string
  isActive: boolean
  rev: number
}

export interface Brand {
  name: string
  colour: string
  /** What can be read on it. */
  ink: string
  logoUrl: string | null
  privacyUrl: string
}

export interface NewBusiness {
  email: string
  name: string
  business: string
  password: string
  timezone: string
  locale: string
}

const at = encodeURIComponent
const seen = (rev: number | undefined) => (rev === undefined ? {} : { headers: { 'if-match': String(rev) } })
const unsigned = { isSigned: false } as const

/** The business that one works for: what is set of it, and how it comes to be. */
export const businessOf = (http: Http) => ({
  now: () => http.get<Business>('/workspaces/current'),
  /** Without the revision that was seen, it is made whatever others changed meanwhile. */
  change: (change: BusinessChange, rev?: number) => http.patch<Business>('/workspaces/current', change, seen(rev)),
  hours: () => http.get<OpeningHours>('/workspaces/current/business-hours'),
  setHours: (hours: Hours, rev: number) =>
    http.put<OpeningHours>('/workspaces/current/business-hours', hours, seen(rev)),
  modules: () => http.get<{ items: ModuleLine[]; rev: number }>('/workspaces/current/modules'),
  /** Exactly these are on afterwards. */
  setModules: (on: string[], rev: number) =>
    http.put<{ items: ModuleLine[]; rev: number }>('/workspaces/current/modules', { on }, seen(rev)),
  rules: () => http.get<{ items: Rule[]; switches: Switch[]; rev: number }>('/workspaces/current/rules'),

  onboarding: () => http.get<Onboarding>('/workspaces/current/onboarding'),
  markStep: (step: StepName, status: Step['status']) =>
    http.put<Onboarding>(`/workspaces/current/onboarding/${step}`, { status }),
  activate: () => http.post<Onboarding>('/workspaces/current/activate', {}),
  presets: () => http.get<{ items: PresetLine[] }>('/presets'),
  applyPreset: (preset: string) => http.post<{ placed: string[] }>('/workspaces/current/preset', { preset }),

  teams: () => http.get<Page<Team>>('/teams', { query: { limit: 100 } }),
  makeTeam: (team: { name: string; memberIds?: string[] }) => http.post<Team>('/teams', team),
  changeTeam: (team: Team, change: Partial<Pick<Team, 'name' | 'description' | 'memberIds' | 'assignment'>>) =>
    http.patch<Team>(`/teams/${at(team.id)}`, change, seen(team.rev)),
  removeTeam: (team: Team) => http.delete(`/teams/${at(team.id)}`, seen(team.rev)),
  offers: () => http.get<Page<Offer>>('/services', { query: { limit: 100 } }),
  makeOffer: (offer: Pick<Offer, 'name' | 'description' | 'durationMin' | 'priceMinor' | 'currency'>) =>
    http.post<Offer>('/services', offer),
  changeOffer: (offer: Offer, change: Partial<Omit<Offer, 'id' | 'rev'>>) =>
    http.patch<Offer>(`/services/${at(offer.id)}`, change, seen(offer.rev)),
  removeOffer: (offer: Offer) => http.delete(`/services/${at(offer.id)}`, seen(offer.rev)),

  brand: (slug: string) => http.get<Brand>(`/public/${at(slug)}/brand`, unsigned),

  /** Another one, which I own; go there with `account.switchTo`. */
  open: (made: { name: string; timezone: string; locale: string }) => http.post<Business>('/workspaces', made),
  /** A stranger opens one: a letter says how to go on. */
  register: (wanted: NewBusiness) => http.post<{ isLetterSent: boolean }>('/auth/register', wanted, unsigned),
  registered: (token: string) =>
    http.get<{ name: string; email: string; business: string }>(`/auth/register/${at(token)}`, unsigned),
  /** By the letter’s link and the password that was chosen; the session that is held is the new one then. */
  async confirm(token: string, password: string) {
    const session = await http.post<Session>('/auth/register/confirm', { token, password }, unsigned)
    http.session = session
    return session
  },

  /** A letter goes to the address of one’s account, or to this one where it has none. */
  proveEmail: (email?: string) => http.post<undefined>('/auth/email/proof', email === undefined ? {} : { email }),
  confirmEmail: (token: string) => http.post<undefined>('/auth/email/confirm', { token }),
})
