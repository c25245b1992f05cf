import { z } from 'zod'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { type Profile, ProfileChange, user } from '../../actors/user/contract.ts'
import { ChannelKind } from '../../kernel/channel-kind.ts'
import { consentKey, noProof, type Proof, Purpose } from '../../kernel/consent.ts'
import { sensitive } from '../../kernel/marks.ts'
import { Address, Label, labelsMax } from '../../kernel/person.ts'
import { conflict, Problem } from '../../kernel/problem.ts'
import type { People } from '../webhooks/people.ts'
import { addressOf, type Register } from './register.ts'

const addressesMax = 5
const consentsMax = 16

/** Somebody who showed interest: from a form, a campaign, a partner. */
export const Lead = ProfileChange.omit({ isBetaTester: true, statusId: true }).extend({
  identities: z.array(Address).min(1).max(addressesMax),
  tags: z.array(Label).max(labelsMax).default([]),
  /** By whose code they came. */
  referralCode: z.string().trim().min(4).max(32).optional(),
  /** What they agreed to, with the words that they read. */
  consents: z
    .object({
      to: z
        .array(z.object({ channel: ChannelKind, purpose: Purpose.exclude(['conversational']) }))
        .min(1)
        .max(consentsMax),
      text: sensitive(z.string().trim().min(1).max(2_000)),
      textVersion: z.string().max(64).nullable().default(null),
    })
    .optional(),
})
export type Lead = z.output<typeof Lead>

interface Parts {
  register: Register
  people: Pick<People, 'holderOf' | 'claimOf'>
}

/** Takes leads, each person once: whoever is known by one of the addresses is that one, and keeps what is known. */
export class Leads {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** @throws Problem `several_people`, `unknown_code`, and as `Register.enter` */
  async take(workspace: Workspace, lead: Lead): Promise<{ isNew: boolean; profile: Profile }> {
    const { register } = this.#parts
    const referrerId =
      lead.referralCode === undefined ? undefined : await register.holderOf(workspace.id, lead.referralCode)
    const identities = lead.identities.map((one) => ({ ...one, value: addressOf(one) }))
    const { isNew, profile } = await register.meet(
      workspace,
      () => this.#known(workspace, identities),
      async () => freshOf({ ...lead, identities }),
    )
    const userId = isNew ? profile.userId : await this.#fill(workspace, profile, { ...lead, identities })
    if (referrerId !== undefined) await referred(workspace, userId, referrerId, lead.referralCode ?? '')
    if (lead.consents) await agreed(workspace, userId, lead.consents)
    return { isNew, profile: await workspace.at(user, userId).view() }
  }

  async #known(workspace: Workspace, identities: readonly Address[]): Promise<Profile | undefined> {
    const { register, people } = this.#parts
    const holders = await Promise.all(identities.map((one) => people.holderOf(workspace.id, one)))
    const ids = [...new Set(holders.filter((id) => id !== undefined))]
    const all = await Promise.all(ids.map((id) => register.found(workspace, id)))
    const [one, ...others] = [...new Map(all.map((profile) => [profile.userId, profile])).values()]
    if (others.length > 0)
      throw conflict('several_people', 'These addresses belong to several people: join them first, or send one.')
    return one
  }

  /** By which an address is theirs, however it is written. */
  #claimsOf(workspace: Workspace, identities: readonly Address[]) {
    return Promise.all(identities.map((one) => this.#parts.people.claimOf(workspace.id, one)))
  }

  /** What is empty of them gets what the lead says; nothing takes the place of what is known. */
  async #fill(workspace: Workspace, known: Profile, lead: Lead): Promise<string> {
    const { register } = this.#parts
    const { userId } = known
    const { identities, tags, consents: _, referralCode: __, stage: ___, custom = {}, ...rest } = lead
    const before = known as unknown as Record<string, unknown>
    const news = Object.entries(rest).filter(([name, value]) => isEmpty(before[name]) && !isEmpty(value))
    const own = Object.entries(custom).filter(([key]) => isEmpty(known.custom[key]))
    const change = { ...Object.fromEntries(news), ...(own.length > 0 && { custom: Object.fromEntries(own) }) }
    if (Object.keys(change).length > 0) await register.update(workspace, userId, change, undefined)
    if (tags.some((tag) => !known.tags.includes(tag))) await workspace.at(user, userId).tag({ add: tags, remove: [] })
    const claims = await this.#claimsOf(workspace, known.identities)
    for (const [index, claim] of (await this.#claimsOf(workspace, identities)).entries()) {
      const one = identities[index]
      if (one && !claims.includes(claim))
        await register.addIdentity(workspace, userId, { ...one, label: '', isVerified: false })
    }
    if (known.archivedAt !== null) await workspace.at(user, userId).unarchive()
    const what = { source: lead.source ?? 'lead', campaign: lead.acquisition?.campaign ?? null }
    await workspace.at(user, userId).happened({ kind: 'engagement', what })
    return userId
  }
}

function freshOf({ identities, tags, consents: _, referralCode: __, ...change }: Lead) {
  return { change: { stage: 'lead' as const, source: 'lead', ...change }, hidden: {}, identities, tags }
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === ''

/** Who came by somebody else before, or would by their own code, stays as they are: they are welcome all the same. */
async function referred(workspace: Workspace, userId: string, referrerId: string, code: string) {
  try {
    await workspace.at(user, userId).redeemReferral({ referrerId, code })
  } catch (error) {
    if (!(error instanceof Problem) || (error.code !== 'already_referred' && error.code !== 'own_code')) throw error
  }
}

/** What they have said no to themselves is theirs to take up again: a form that anybody can fill in does not. */
export async function agreed(
  workspace: Workspace,
  userId: string,
  { to, ...said }: NonNullable<Lead['consents']> & Partial<Pick<Proof, 'address' | 'ip'>>,
) {
  const person = workspace.at(user, userId)
  const known = new Set((await person.consents()).items.map(({ channel, purpose }) => consentKey(channel, purpose)))
  const changes = to
    .filter(({ channel, purpose }) => !known.has(consentKey(channel, purpose)))
    .map((one) => ({ ...one, state: 'granted' as const }))
  const proof = { ...noProof, method: 'form' as const, ...said }
  if (changes.length > 0) await person.setConsents({ changes, proof })
}
