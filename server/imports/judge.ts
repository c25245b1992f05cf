import type { Workspace } from '../../actors/runtime/contract.ts'
import { user } from '../../actors/user/contract.ts'
import { derivedId } from '../../kernel/id.ts'
import { consentKey, type ConsentState, noProof } from '../../kernel/consent.ts'
import type { Imported, ImportOptions, SaidOf } from '../../kernel/import-map.ts'
import type { Address } from '../../kernel/person.ts'
import { spellingsOf } from '../../kernel/phone.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Claims } from '../../store/claims.ts'
import type { PersonLine } from '../../store/queries/people-list.ts'
import type { ImportRow } from '../../store/settings/imports.ts'
import type { Vault } from '../../store/vault.ts'
import { identityKey } from '../webhooks/people.ts'

/** A row that could be read, with what it is known by. */
export interface Candidate {
  n: number
  said: Imported
  /** The claims of its addresses, by which rows and people are told apart. */
  keys: string[]
}

interface Parts {
  vault: Vault
  claims: Claims
  peopleByIds(workspaceId: string, ids: readonly string[]): Promise<PersonLine[]>
  consentsByIds(workspaceId: string, ids: readonly string[]): Promise<ReadonlyMap<string, SaidBefore>>
}

/** What was said before, by `consentKey`. */
export type SaidBefore = Readonly<Record<string, ConsentState>>

/** What is to become of a row: the first time it is judged, that is written down before anything is done. */
export interface Judged extends ImportRow {
  change?: Imported['change']
  addresses?: Address[]
  tags?: string[]
  consents?: SaidOf[]
}

/** Somebody who is new has an id of their row, so that a run that was cut and goes on makes nobody twice. */
export const newPersonOf = (importId: string, n: number) => derivedId('usr', importId, String(n))

/** Says whose a row is, and does what it says. */
export class Judge {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  keysOf(workspaceId: string, { addresses }: Imported): string[] {
    return addresses.map((address) => identityKey(this.#parts.vault, workspaceId, address))
  }

  /** What each row would do now. Rows of one call share no address. */
  async judge(
    workspaceId: string,
    importId: string,
    candidates: readonly Candidate[],
    options: Pick<ImportOptions, 'known'>,
  ): Promise<Judged[]> {
    const owners = await Promise.all(candidates.map((one) => this.#ownersOf(workspaceId, one)))
    const ids = [...new Set(owners.flatMap((some) => [...some]))]
    const people = new Map((await this.#parts.peopleByIds(workspaceId, ids)).map((one) => [one.userId, one]))
    const consents = await this.#consentsOf(workspaceId, ids, candidates)
    return candidates.map((candidate, index) => {
      const [owner, other] = [...(owners[index] ?? [])]
      const { n, said } = candidate
      const row = { n, code: null, why: null }
      if (other !== undefined)
        return { ...row, outcome: 'refused', code: 'several_people', why: severalSays, userId: null }
      // Nobody, or somebody who was claimed by this very row before its process ended.
      const ours = newPersonOf(importId, n)
      if (owner === undefined || owner === ours) return { ...row, outcome: 'created', userId: ours, ...said }
      const person = people.get(owner)
      if (!person) return { ...row, outcome: 'refused', code: 'not_reachable', why: goneSays, userId: null }
      const more = differing(person, said, consents.get(owner) ?? {}, options.known)
      return { ...row, outcome: more ? 'updated' : 'unchanged', userId: owner, ...more }
    })
  }

  /** Read only where the file speaks of them. */
  async #consentsOf(workspaceId: string, ids: readonly string[], candidates: readonly Candidate[]) {
    const isAsked = candidates.some(({ said }) => said.consents.length > 0)
    return isAsked ? this.#parts.consentsByIds(workspaceId, ids) : new Map<string, SaidBefore>()
  }

  /** Who has any of its addresses, also in another spelling of the same number. */
  async #ownersOf(workspaceId: string, { said }: Candidate): Promise<Set<string>> {
    const { claims, vault } = this.#parts
    const spelled = said.addresses.flatMap(spellings)
    const owners = await Promise.all(
      spelled.map((address) => claims.ownerOf(workspaceId, identityKey(vault, workspaceId, address))),
    )
    return new Set(owners.filter((owner) => owner !== undefined))
  }

  /** Does what was said of a row. Doing it again changes nothing. Answers what it became, where that is something else. */
  async apply(workspace: Workspace, importId: string, judged: Judged): Promise<ImportRow> {
    const { n, outcome, userId, code, why } = judged
    const row = { n, outcome, userId, code, why }
    if (userId === null || outcome === 'refused' || outcome === 'unchanged') return row
    try {
      const taken = await this.#claim(workspace.id, userId, judged.addresses ?? [])
      if (taken === undefined) return refused(n, 'several_people', severalSays)
      if (outcome === 'created') await enter(workspace, userId, judged, taken)
      else await update(workspace, userId, judged, taken)
      await consent(workspace, userId, importId, judged)
      return row
    } catch (error) {
      if (error instanceof Problem && !error.retryable) return refused(n, error.code, error.message)
      throw error
    }
  }

  /** Their claims; undefined where somebody else was quicker. */
  async #claim(workspaceId: string, owner: string, addresses: readonly Address[]) {
    const claimed: (Address & { claim: string })[] = []
    for (const address of addresses) {
      const key = identityKey(this.#parts.vault, workspaceId, address)
      if ((await this.#parts.claims.take(workspaceId, key, owner)) !== owner) return undefined
      claimed.push({ ...address, claim: `${workspaceId}/${key}` })
    }
    return claimed
  }
}

const severalSays = 'Its addresses belong to several people: join them first, or part the row.'
const goneSays = 'Somebody had this address who is no longer here.'

const refused = (n: number, code: string, why: string): ImportRow => ({
  n,
  outcome: 'refused',
  code,
  why,
  userId: null,
})

function spellings(address: Address): Address[] {
  if (address.kind === 'phone') return spellingsOf(address.value).map((value) => ({ ...address, value }))
  if (address.kind !== 'wa_id') return [address]
  return spellingsOf(`+${address.value}`).map((value) => ({ ...address, value: value.slice(1) }))
}

type Claimed = (Address & { claim: string })[]

async function enter(workspace: Workspace, userId: string, { change = {}, tags = [] }: Judged, identities: Claimed) {
  try {
    await workspace.at(user, userId).enter({ change: { source: 'import', ...change }, identities, tags })
  } catch (error) {
    // It was entered before the process ended that did it.
    if (!(error instanceof Problem && error.code === 'person_exists')) throw error
  }
}

async function update(workspace: Workspace, userId: string, { change = {}, tags = [] }: Judged, identities: Claimed) {
  const person = workspace.at(user, userId)
  for (const one of identities) await person.addIdentity({ ...one, label: '', isVerified: false })
  if (Object.keys(change).length > 0) await person.update(change)
  if (tags.length > 0) await person.tag({ add: tags, remove: [] })
}

/** With the column, the import and the row as the words of it. What is so already is written down once. */
async function consent(workspace: Workspace, userId: string, importId: string, { n, consents = [] }: Judged) {
  if (consents.length === 0) return
  const person = workspace.at(user, userId)
  const { items } = await person.consents()
  const before = Object.fromEntries(items.map(({ channel, purpose, state }) => [consentKey(channel, purpose), state]))
  for (const { words, ...change } of newsOf(consents, before, 'update')) {
    const text = `${words} (import ${importId}, row ${String(n)})`
    await person.setConsents({ changes: [change], proof: { ...noProof, method: 'import', text } })
  }
}

/** What they ended is theirs: a file never takes it up again for them. */
function newsOf(consents: readonly SaidOf[], before: SaidBefore, known: ImportOptions['known']): SaidOf[] {
  return consents.filter(({ channel, purpose, state }) => {
    const said = before[consentKey(channel, purpose)]
    if (said === undefined) return true
    return known === 'update' && said !== state && state === 'revoked'
  })
}

/** What of a row is not so of the person yet, by what is to become of those who are known; nothing where all is. */
function differing(
  person: PersonLine,
  { change, addresses, tags, consents }: Imported,
  before: SaidBefore,
  known: ImportOptions['known'],
) {
  if (known === 'leave') return undefined
  const { custom, ...fields } = change
  const named = Object.entries(fields).filter(([name, value]) =>
    isNew((person as unknown as Record<string, unknown>)[name], value, known),
  )
  const own = Object.entries(custom ?? {}).filter(([key, value]) => isNew(person.custom[key], value, known))
  const newTags = tags.filter((tag) => !person.tags.includes(tag))
  const newAddresses = addresses.filter((one) => !isTheirs(person, one))
  const said = newsOf(consents, before, known)
  if (named.length + own.length + newTags.length + newAddresses.length + said.length === 0) return undefined
  const changes = { ...Object.fromEntries(named), ...(own.length > 0 && { custom: Object.fromEntries(own) }) }
  return { change: changes, tags: newTags, addresses: newAddresses, consents: said }
}

function isNew(before: unknown, value: unknown, known: ImportOptions['known']) {
  if (JSON.stringify(before) === JSON.stringify(value)) return false
  return known === 'update' || before === undefined || before === null || before === ''
}

const digitsOf = (value: string) => value.replace(/^\+/, '')

/** A number is theirs under whichever of its names: who writes by WhatsApp is reached by text as well. */
function isTheirs({ identities }: PersonLine, { kind, value }: Address) {
  const isNumber = kind === 'phone' || kind === 'wa_id'
  return identities.some((one) => {
    if (isNumber && (one.kind === 'phone' || one.kind === 'wa_id'))
      return spellingsOf(`+${digitsOf(one.value)}`).includes(`+${digitsOf(value)}`)
    return one.kind === kind && one.value === value
  })
}
