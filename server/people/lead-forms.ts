import { z } from 'zod'
import { type Profile, user } from '../../actors/user/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { languageOf } from '../../kernel/compliance-replies.ts'
import { channelsOf } from '../../kernel/consent.ts'
import { sensitive } from '../../kernel/marks.ts'
import type { Address } from '../../kernel/person.ts'
import { invalid, missing, Problem } from '../../kernel/problem.ts'
import type { Store } from '../../store/connection.ts'
import type { Rest } from '../../store/rest.ts'
import { type LeadFormFields, leadForms } from '../../store/settings/lead-forms.ts'
import { type Kept, Resources } from '../../store/settings/resources.ts'
import { workspaceById } from '../../store/settings/workspaces.ts'
import { Tallies } from '../../store/tallies.ts'
import type { People } from '../webhooks/people.ts'
import { agreed } from './leads.ts'
import { addressOf, type Register } from './register.ts'

/** What a browser sends of it; an empty field is none. */
const line = (max: number) => z.string().trim().max(max).default('')
const Sent = z.object({
  name: sensitive(line(200)),
  email: sensitive(line(254)),
  phone: sensitive(line(32)),
  message: sensitive(line(500)),
  consent: line(10),
  /** Nobody sees this field: what fills it in is a machine. */
  website: line(500),
})

/** From where it was sent. */
export interface SentFrom {
  /** As the browser names the website. */
  origin: string
  ip: string
  languages: readonly string[]
}

interface Parts {
  store: Store
  rest: Rest
  register: Register
  people: Pick<People, 'holderOf'>
  workspaceFor(workspaceId: string): Workspace
  now(): number
}
type Form = Kept<LeadFormFields>
interface Taken {
  thanksUrl: string | null
  language: string
  /** Who it was; nobody, where a machine filled it in. */
  of?: { workspaceId: string; userId: string; isNew: boolean }
}

const minuteMs = 60_000
/** What one form takes in a minute, and of one address in an hour: more is no campaign, but a flood. */
const perMinute = 60
const perHour = 5
const key = /^(ws_\w{1,64})\.(frm_\w{1,64})$/

/**
 * What strangers send from a website. It is open to everybody, so it changes nothing of who is known: of them it stands
 * in the timeline that they wrote, and its answer is the same whoever they are.
 */
export class LeadForms {
  readonly #parts: Parts
  readonly #tallies: Tallies

  constructor(parts: Parts) {
    this.#parts = parts
    this.#tallies = new Tallies(parts.store)
  }

  /** @throws Problem `form_unknown`, `origin_not_allowed`, `too_many_requests`, `invalid_address`, `address_missing` */
  async take(publicKey: string, sent: unknown, from: SentFrom): Promise<Taken> {
    const { form, workspaceId, locale } = await this.#form(publicKey)
    if (!form.origins.some((one) => one.toLowerCase() === from.origin.toLowerCase()))
      throw new Problem('forbidden', 'origin_not_allowed', 'This form is not of that website.')
    const answer = { thanksUrl: form.thanksUrl, language: languageOf(...from.languages, locale) }
    const { name, email, phone, message, consent, website } = read(sent)
    if (website !== '') return answer
    const [own, other] = addressesOf(email, phone)
    await this.#admit(form, own)
    const workspace = this.#parts.workspaceFor(workspaceId)
    const { isNew, userId } = await this.#meet(workspace, form, { name, address: own, language: answer.language })
    const also = other && { also: other.value }
    const what = { source: form.source, form: form.name, ...(message !== '' && { message }), ...also }
    await workspace.at(user, userId).happened({ kind: 'engagement', what })
    if (consent !== '' && form.consentText !== '') await this.#agreed(workspace, userId, form, own, from.ip)
    return { ...answer, of: { workspaceId, userId, isNew } }
  }

  async #form(publicKey: string) {
    const [, workspaceId = '', id = ''] = key.exec(publicKey) ?? []
    const { store, rest } = this.#parts
    const business = workspaceId === '' ? undefined : await workspaceById(store, workspaceId)
    const form = business && (await new Resources({ store, rest }, leadForms).byId(workspaceId, id))
    if (!form?.isActive) throw missing('form_unknown', 'There is no such form, or it is closed.')
    return { form, workspaceId, locale: business?.settings.locale ?? null }
  }

  async #admit(form: Form, { kind, value }: Address) {
    const { now } = this.#parts
    const counted = await Promise.all([
      this.#tallies.add(`form/${form.id}`, minuteMs, now()),
      this.#tallies.add(`form/${form.id}/${kind}/${value.toLowerCase()}`, 60 * minuteMs, now()),
    ])
    const over = counted.find(({ count }, nth) => count > (nth === 0 ? perMinute : perHour))
    if (!over) return
    const retryAfterMs = Math.max(1_000, over.endsAt - now())
    throw new Problem('limited', 'too_many_requests', 'Too many at once: please try again later.', { retryAfterMs })
  }

  async #meet(workspace: Workspace, form: Form, who: { name: string; address: Address; language: string }) {
    const { register, people } = this.#parts
    const { name, address, language } = who
    const known = async (): Promise<Profile | undefined> => {
      const userId = await people.holderOf(workspace.id, address)
      return userId === undefined ? undefined : register.found(workspace, userId)
    }
    const change = { name, stage: 'lead' as const, source: form.source, locale: language }
    const { isNew, profile } = await register.meet(workspace, known, async () => ({
      ...{ change, hidden: {}, identities: [address], tags: form.tags },
    }))
    return { isNew, userId: profile.userId }
  }

  /** Only for the ways that lead to the address that they gave; and what somebody said before stays so. */
  async #agreed(workspace: Workspace, userId: string, form: Form, address: Address, ip: string) {
    const ways = channelsOf(address.kind).filter((channel) => form.consentTo.includes(channel))
    const to = ways.map((channel) => ({ channel, purpose: 'marketing' as const }))
    const said = { text: form.consentText, textVersion: String(form.rev), address: address.value, ip }
    await agreed(workspace, userId, { to, ...said })
  }
}

function read(sent: unknown): z.output<typeof Sent> {
  const found = Sent.safeParse(sent)
  if (found.success) return found.data
  const errors = found.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  throw invalid('invalid_request', 'This form is not filled in as it should be.', errors)
}

/**
 * The first is who they are. A second one is no more than a word of theirs: whoever knows somebody's address must not
 * join a number of their own to it.
 */
function addressesOf(email: string, phone: string): [Address, Address?] {
  const given = [{ kind: 'email', value: email } as const, { kind: 'phone', value: phone } as const].filter(
    ({ value }) => value !== '',
  )
  const [own, other] = given.map((one): Address => ({ ...one, value: addressOf(one) }))
  if (own) return other ? [own, other] : [own]
  const message = 'Please leave an e-mail address or a number.'
  throw invalid('address_missing', message, [{ path: 'email', message }])
}
