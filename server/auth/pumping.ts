import { type CodePrices, type CodeRules, priceOf } from '../../kernel/codes.ts'
import type { Phone } from '../../kernel/phone.ts'
import { invalid, Problem } from '../../kernel/problem.ts'
import type { Tallies } from '../../store/tallies.ts'

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs
/** Between two codes to one number. */
export const cooldownMs = 45_000

/** How many codes may be asked for, by what asks. Counted whether the number is anybody's or not. */
const limits = {
  place: [
    [10, hourMs],
    [30, dayMs],
  ],
  device: [
    [8, hourMs],
    [20, dayMs],
  ],
  account: [
    [5, hourMs],
    [10, dayMs],
  ],
  /** Ten thousand numbers that differ in their last four digits: whoever earns by texts owns such. */
  range: [
    [20, hourMs],
    [60, dayMs],
  ],
  number: [
    [5, hourMs],
    [10, dayMs],
  ],
  mail: [
    [5, hourMs],
    [10, dayMs],
  ],
} as const satisfies Record<string, readonly (readonly [max: number, windowMs: number])[]>
/** Wrong codes of one address in an hour, whatever numbers it tries. */
const guessesMax = 30

/** Who asks for a code, and to where. */
export interface Asking {
  phone: Phone
  /** The address of the internet that stands for whoever asks. */
  place: string
  /** What an app calls the device that it runs on; null where it says nothing. */
  deviceId: string | null
  /** Of somebody signed in. */
  accountId: string | null
}

interface Parts {
  tallies: Tallies
  now(): number
  /** To which countries this installation sends codes at all; undefined: to every one. */
  countries: readonly string[] | undefined
  prices: CodePrices
  /** What codes may cost in a day, all workspaces together, in minor units. */
  dailySpend: number
  /** Called once a day where codes have cost as much as they may: those of a workspace, or of the installation (null). */
  alert(workspaceId: string | null, spent: number): Promise<void>
}

/** What keeps codes from being guessed, and from being sent so that somebody earns by them. */
export class Pumping {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * To be asked before anybody looks whose the number is: it answers the same for all.
   * @throws Problem `number_not_served`, `country_not_served`, `codes_paused`, `too_many_codes`
   */
  async admit({ phone, place, deviceId, accountId }: Asking) {
    const { countries } = this.#parts
    served(phone, countries)
    await this.#withinSpend()
    await this.#come({ place, deviceId })
    if (accountId !== null) await this.#take('account', accountId)
    await this.#take('range', phone.e164.slice(0, -4))
    await this.#lastly('number', phone.e164)
  }

  /** The same of a code that goes in a letter, which costs nothing. @throws Problem `too_many_codes` */
  async admitMail({ address, ...from }: Pick<Asking, 'place' | 'deviceId'> & { address: string }) {
    await this.#come(from)
    await this.#lastly('mail', address)
  }

  /**
   * Counts what a code costs. False where its workspace has spent what it allows in a day; whoever has no workspace
   * (null) costs nothing, and as many questions.
   */
  async pay({ country }: Pick<Phone, 'country'>, workspaceId: string | null, rules: CodeRules): Promise<boolean> {
    const { prices } = this.#parts
    const price = priceOf(prices, country)
    const mayGo = rules.countries === null || (country !== null && rules.countries.includes(country))
    const isPaid = workspaceId !== null && mayGo
    const [all, own] = isPaid ? [allCodes, `code/spend/${workspaceId}`] : ['code/nothing', 'code/nothing/own']
    const ownSpent = await this.#spend(own, price, rules.dailySpend, isPaid ? workspaceId : undefined)
    const allSpent = await this.#spend(all, ownSpent ? price : 0, this.#parts.dailySpend, isPaid ? null : undefined)
    return isPaid && ownSpent && allSpent
  }

  /** Before a code is looked at. @throws Problem `too_many_attempts` */
  async guess(place: string) {
    const { tallies, now } = this.#parts
    const { count, endsAt } = await tallies.add(`code/guess/${place}`, hourMs, now())
    if (count <= guessesMax) return
    const message = 'Too many codes were tried from here: please wait before the next.'
    throw new Problem('limited', 'too_many_attempts', message, { retryAfterMs: endsAt - now() })
  }

  async #come({ place, deviceId }: Pick<Asking, 'place' | 'deviceId'>) {
    await this.#take('place', place)
    if (deviceId !== null) await this.#take('device', deviceId)
  }

  /** To whom it goes: not twice within a moment. */
  async #lastly(kind: 'number' | 'mail', to: string) {
    const { tallies, now } = this.#parts
    const { isFirst, endsAt } = await tallies.pause(`code/${kind}/${to}`, cooldownMs, now())
    if (!isFirst) throw tooMany(endsAt - now())
    await this.#take(kind, to)
  }

  async #take(kind: keyof typeof limits, who: string) {
    const { tallies, now } = this.#parts
    for (const [max, windowMs] of limits[kind]) {
      const { count, endsAt } = await tallies.add(`code/${kind}/${who}`, windowMs, now())
      if (count > max) throw tooMany(endsAt - now())
    }
  }

  async #withinSpend() {
    const { tallies, now, dailySpend } = this.#parts
    const { count, endsAt } = await tallies.count(allCodes, dayMs, now())
    if (count >= dailySpend) throw codesPaused(endsAt - now())
  }

  /** `whose`: to be told when it is the last that fits; undefined where nothing is spent. */
  async #spend(what: string, price: number, max: number, whose: string | null | undefined): Promise<boolean> {
    const { tallies, now, alert } = this.#parts
    const { count } = await tallies.add(what, dayMs, now(), price)
    const isOver = count > max
    if (whose !== undefined && count >= max && count - price < max) await alert(whose, count)
    return !isOver
  }
}

const allCodes = 'code/spend'

/** @throws Problem `number_not_served`, `country_not_served` */
function served({ kind, country, e164 }: Phone, countries: readonly string[] | undefined) {
  const says = (code: string, message: string) => invalid(code, message, [{ path: 'phone', message }])
  // A landline of Argentina may be a mobile without its 9.
  const isLandline = kind === 'landline' && !e164.startsWith('+54')
  if (kind === 'costly' || isLandline) throw says('number_not_served', 'Codes go to mobile numbers.')
  if (country === null || (countries && !countries.includes(country))) throw countryNotServed()
}

export function countryNotServed() {
  const message = 'No codes are sent to this country.'
  return invalid('country_not_served', message, [{ path: 'phone', message }])
}

const tooMany = (retryAfterMs: number) =>
  new Problem('limited', 'too_many_codes', 'Too many codes were asked for: please wait before the next.', {
    retryAfterMs: Math.max(1, retryAfterMs),
  })

export const codesPaused = (retryAfterMs?: number) =>
  new Problem('busy', 'codes_paused', 'No more codes are sent today: please sign in another way.', {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
