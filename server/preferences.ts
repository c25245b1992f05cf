import { timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Asks, Workspace } from '../actors/runtime/contract.ts'
import { user } from '../actors/user/contract.ts'
import type { Caller } from '../kernel/caller.ts'
import { ChannelKind } from '../kernel/channel-kind.ts'
import { languageOf } from '../kernel/compliance-replies.ts'
import { channelsOf, type ConsentState, isConsented, noProof, Purpose } from '../kernel/consent.ts'
import { missing, Problem } from '../kernel/problem.ts'
import { unsubscribeWords } from '../kernel/unsubscribe-words.ts'
import type { Rest } from '../store/rest.ts'

interface Parts {
  rest: Rest
  /** Undefined for a workspace that is not there. */
  known(workspaceId: string): { name: string; settings: { locale: string } } | undefined
  workspaceFor(caller: Caller): Workspace
}

const id = z.string().regex(/^[a-z]{1,8}_\w{1,64}$/)
/** What a link is about: whose choice, and of what. */
const About = z.object({ workspaceId: id, userId: id, channel: ChannelKind, purpose: Purpose })
export type Place = z.infer<typeof About>
type Person = Asks<typeof user>
type Choice = { channel: ChannelKind; purpose: Purpose; isOn: boolean }

/** Of what somebody may choose on the page. An answer to what they wrote is nothing to choose. */
const choosable = ['transactional', 'operational', 'marketing'] as const
/** The way to the page, and of RFC 8058's one click. */
export const preferencesPath = '/unsubscribe'

/**
 * Links by which people say what they want to get, without signing in. A link is bound to one person and one purpose by
 * a keyed hash; it is good for as long as the workspace is, for mail is read after years.
 */
export class Preferences {
  readonly #parts: Parts
  #origin: string | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Where people reach this server. */
  reachedAt(url: string) {
    this.#origin = url
  }

  /** For `List-Unsubscribe`, and for the foot of a letter. @throws where nothing is reached from outside yet */
  async linkOf(place: Place): Promise<string> {
    if (this.#origin === undefined) throw new Error('the address of this server is not known yet')
    return `${this.#origin}${preferencesPath}/${await this.tokenOf(place)}`
  }

  /** The link at the foot of a letter, and what stands before it in their language. @throws as `linkOf` */
  async footOf(place: Place): Promise<{ url: string; says: string }> {
    const { workspaceId, userId } = place
    const person = this.#parts.workspaceFor({ workspaceId, id: userId, role: 'person' }).at(user, userId)
    const { locale } = await person.view()
    const language = languageOf(locale, this.#parts.known(workspaceId)?.settings.locale ?? null)
    return { url: await this.linkOf(place), says: unsubscribeWords[language] }
  }

  async tokenOf({ workspaceId, userId, channel, purpose }: Place): Promise<string> {
    const about = [workspaceId, userId, channel, purpose].join('~')
    return `${about}~${await this.#sealOf(workspaceId, about)}`
  }

  /** What may go to them now, and what the link is about. Nothing changes. @throws Problem `link_unknown` */
  async shown(token: string, languages: readonly string[]) {
    const { place, business, person } = await this.#opened(token)
    const { channel, purpose } = place
    const { locale: own, choices } = await choicesOf(person, channel)
    // Their own; else what their browser asks for; else the business's.
    const locale = languageOf(own, ...languages, business.settings.locale)
    return { business: business.name, channel, purpose, locale, choices }
  }

  /** The same for somebody who has signed in. */
  async own(caller: Caller) {
    const person = this.#parts.workspaceFor(caller).at(user, caller.id)
    const { choices } = await choicesOf(person, 'app')
    return { choices }
  }

  /** The one click: what the link is about goes to them no more. Once more changes nothing. @throws Problem `link_unknown` */
  async unsubscribe(token: string, ip: string): Promise<void> {
    const { place, person } = await this.#opened(token)
    const { channel, purpose } = place
    const proof = { ...noProof, method: 'link' as const, ip }
    await person.setConsents({ changes: [{ channel, purpose, state: 'revoked' }], proof })
  }

  /** What they chose on the page. @throws Problem `link_unknown` */
  async choose(token: string, choices: readonly Choice[], { ip, text }: { ip: string; text: string }): Promise<void> {
    const { person } = await this.#opened(token)
    await chosen(person, choices, { ip, text })
  }

  /** What they chose who have signed in. */
  async chooseOwn(caller: Caller, choices: readonly Choice[], said: { ip: string; text: string }): Promise<void> {
    await chosen(this.#parts.workspaceFor(caller).at(user, caller.id), choices, said)
  }

  async #opened(token: string) {
    const [workspaceId = '', userId = '', channel, purpose, seal = '', ...rest] = token.split('~')
    const place = About.safeParse({ workspaceId, userId, channel, purpose })
    const business = place.success && rest.length === 0 ? this.#parts.known(workspaceId) : undefined
    if (!place.success || !business) throw unknown()
    const about = [workspaceId, userId, channel, purpose].join('~')
    if (!isSame(seal, await this.#sealOf(workspaceId, about))) throw unknown()
    const person = this.#parts.workspaceFor({ workspaceId, id: userId, role: 'person' }).at(user, userId)
    return { business, place: place.data, person: await this.#standing(person, workspaceId) }
  }

  /** Whoever was joined with another is spoken for by them. @throws Problem `link_unknown` of who is forgotten */
  async #standing(person: Person, workspaceId: string): Promise<Person> {
    try {
      const { aliasOf, erasedAt } = await person.view()
      if (erasedAt !== null) throw unknown()
      if (aliasOf === null) return person
      return this.#parts.workspaceFor({ workspaceId, id: aliasOf, role: 'person' }).at(user, aliasOf)
    } catch (error) {
      if (error instanceof Problem && error.kind === 'missing') throw unknown()
      throw error
    }
  }

  async #sealOf(workspaceId: string, about: string) {
    await this.#parts.rest.ready(workspaceId)
    return this.#parts.rest.blind(workspaceId, `preferences/${about}`)
  }
}

async function choicesOf(person: Person, first: ChannelKind) {
  const [profile, consents] = await Promise.all([person.view(), person.consents()])
  const said = Object.fromEntries(consents.items.map((one) => [`${one.channel}/${one.purpose}`, one.state]))
  const isSuppressed = (channel: ChannelKind, purpose: Purpose) =>
    consents.suppressed.some((one) => {
      if (one.channel !== channel || (one.address !== null && one.reason !== 'erased')) return false
      return purpose !== 'transactional' || one.reason !== 'stop' || channel === 'sms'
    })
  const channels = [...new Set([first, ...profile.identities.flatMap(({ kind }) => channelsOf(kind))])]
  const choices = channels.flatMap((channel) =>
    choosable.map((purpose): Choice => {
      const isOn = isConsented({ consents: said }, channel, purpose) && !isSuppressed(channel, purpose)
      return { channel, purpose, isOn }
    }),
  )
  return { locale: profile.locale, choices }
}

async function chosen(person: Person, choices: readonly Choice[], { ip, text }: { ip: string; text: string }) {
  const stateOf = (isOn: boolean): ConsentState => (isOn ? 'granted' : 'revoked')
  const changes = choices.map(({ channel, purpose, isOn }) => ({ channel, purpose, state: stateOf(isOn) }))
  await person.setConsents({ changes, proof: { ...noProof, method: 'preferences', text, ip } })
}

const unknown = () => missing('link_unknown', 'This link is not one of ours, or what it was about is gone.')

function isSame(one: string, other: string) {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
