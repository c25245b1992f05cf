import type { Text, Way } from '../../actors/messenger/contract.ts'
import type { CodeRules } from '../../kernel/codes.ts'
import { newId } from '../../kernel/id.ts'
import { type Phone, phoneOf } from '../../kernel/phone.ts'
import { conflict, invalid } from '../../kernel/problem.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import type { Store } from '../../store/connection.ts'
import type { ChannelSettings } from '../../store/settings/channels.ts'
import { type CodeKind, consumeCode, keepCode } from '../../store/settings/challenges.ts'
import { workspaceById } from '../../store/settings/workspaces.ts'
import { freshCode, hashOfCode } from './one-time-code.ts'
import { type Asking, cooldownMs, type Pumping } from './pumping.ts'

const minutes = 10
const nobody = 'nobody'

interface Parts {
  store: Store
  channels: Pick<ChannelSettings, 'list'>
  pumping: Pumping
  /** Keys the hashes of codes, which are too short to be hashed alone. */
  secret: string
  now(): number
  /** Undefined where no text can be sent by SMS. */
  hasSms: boolean
  /** Puts a text into the messenger; durable when it resolves. */
  text(text: Text): Promise<unknown>
}

/** Who asks for a code, as a request says it. */
export interface Asked {
  phone: string
  channel: Way
  /** See `Asking`. */
  place: string
  deviceId: string | null
}

/** For whom it is; `accountId` is null where the number is nobody's: it is kept all the same, and opens nothing. */
export interface Whose {
  accountId: string | null
  workspaceId: string | null
}

/** When the next may be asked for, and until when this one is good: epoch ms. */
export interface OnItsWay {
  resendAt: number
  expiresAt: number
  /** Whether it was sent; to be told only to whom the number is no secret. */
  why: 'sent' | 'country' | 'spent'
}

/** One-time codes to telephones: six digits, ten minutes, five tries, one at a time. */
export class PhoneCodes {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** By which ways codes can be had here at all. */
  async ways(): Promise<{ sms: boolean; whatsapp: boolean }> {
    const { store, hasSms } = this.#parts
    const active = { kind: 'whatsapp', status: 'active' }
    const one = await store.collection('channels').findOne(active, { projection: { _id: 1 } })
    return { sms: hasSms, whatsapp: one !== null }
  }

  /**
   * A code goes to this number, if it is somebody's. Its caller cannot tell, and neither can a clock: the same is read,
   * counted and written.
   * @throws Problem `phone_invalid`, `texts_not_set_up`, and as `Pumping.admit`
   */
  async ask(
    kind: CodeKind,
    asked: Asked,
    accountId: Asking['accountId'],
    whose: (phone: Phone) => Promise<Whose>,
  ): Promise<OnItsWay> {
    const { store, pumping, now } = this.#parts
    const phone = numberOf(asked.phone)
    if (!this.#parts.hasSms && asked.channel === 'sms')
      throw conflict('texts_not_set_up', 'This installation sends no texts yet.')
    await pumping.admit({ phone, place: asked.place, deviceId: asked.deviceId, accountId })
    const who = await whose(phone)
    const { language, rules, ways } = await this.#about(who.workspaceId ?? nobody, asked.channel)
    const isFor = who.accountId !== null && ways.length > 0 ? who.workspaceId : null
    const isPaid = await pumping.pay(phone, isFor, rules)
    const code = freshCode()
    const expiresAt = now() + minutes * 60_000
    const target = targetOf(kind, phone.e164, who)
    await keepCode(
      store,
      { kind, accountId: who.accountId, target, codeHash: this.#hash(target, code), expiresAt },
      now(),
    )
    const about = kind === 'own_number' ? 'own_number' : 'sign_in'
    await this.#parts.text({
      textId: newId('txt'),
      to: phone.e164,
      language,
      words: isPaid ? { about, code, minutes } : { about: 'nobody' },
      ways: ways.length > 0 ? ways : ['sms'],
      workspaceId: who.workspaceId,
      notAfter: expiresAt,
    })
    return { resendAt: now() + cooldownMs, expiresAt, why: isPaid ? 'sent' : whyNot(phone, rules) }
  }

  /** The account that this code was for, once; nothing for a wrong one. @throws Problem `too_many_attempts` */
  async consume(
    kind: CodeKind,
    { phone, code }: { phone: string; code: string },
    place: string,
    whose?: Whose,
  ): Promise<{ accountId: string; number: string } | undefined> {
    const { store, pumping, now } = this.#parts
    await pumping.guess(place)
    const number = numberOf(phone).e164
    const target = targetOf(kind, number, whose)
    const accountId = await consumeCode(store, target, this.#hash(target, code), now(), kind)
    return accountId === undefined ? undefined : { accountId, number }
  }

  /** Reads the same of a workspace that there is not. */
  async #about(workspaceId: string, channel: Way): Promise<{ language: string; rules: CodeRules; ways: Way[] }> {
    const { store, channels, hasSms } = this.#parts
    const [workspace, lines] = await Promise.all([workspaceById(store, workspaceId), channels.list(workspaceId)])
    const { locale, codes } = workspace?.settings ?? defaultSettings
    const hasWhatsApp =
      channel === 'whatsapp' && lines.some(({ kind, status }) => kind === 'whatsapp' && status === 'active')
    const ways: Way[] = [...(hasWhatsApp ? (['whatsapp'] as const) : []), ...(hasSms ? (['sms'] as const) : [])]
    return { language: locale, rules: codes, ways }
  }

  #hash(target: string, code: string) {
    return hashOfCode(this.#parts.secret, target, code)
  }
}

const whyNot = ({ country }: Phone, { countries }: CodeRules) =>
  countries === null || countries.includes(country ?? '') ? 'spent' : 'country'

/** A code that proves a number to be somebody's own is good for them alone. */
function targetOf(kind: CodeKind, number: string, whose?: Whose) {
  if (kind === 'otp') return number
  // Somebody may be known to several businesses: each lets them in by a code of its own.
  return kind === 'person' ? `${whose?.workspaceId ?? nobody} ${number}` : `${whose?.accountId ?? nobody} ${number}`
}

/** @throws Problem `phone_invalid` */
function numberOf(written: string): Phone {
  const phone = phoneOf(written)
  if (phone) return phone
  const message = 'There is no such number: write it with + and its country, like +49 1512 3456789.'
  throw invalid('phone_invalid', message, [{ path: 'phone', message }])
}
