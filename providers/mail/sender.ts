import { mailAttachmentsMax } from '../../kernel/mail.ts'
import type { AllowedHost } from '../../kernel/private-addresses.ts'
import { neverSent } from '../never-sent.ts'
import type { AccountCheck, ChannelAccount, ProviderError, Sender, SendResult } from '../sender.ts'
import { composed, mailIdOf } from './compose.ts'
import type { Mail, MailResult, MailSender } from './port.ts'
import { Resend } from './resend.ts'
import { SendGrid } from './sendgrid.ts'
import { Smtp, type SmtpError } from './smtp.ts'

/** Where providers are. */
export interface MailPlaces {
  resend(account: ChannelAccount): string
  sendGrid(account: ChannelAccount): string
  /** What of this machine and its network a mail server may be. */
  allowedHosts: readonly AllowedHost[]
}

const checkMs = 10_000

/** Mail as one of the kinds of channels, by Resend: what its quota stops leaves by SendGrid, where there is a key. */
export const resendSender = (places: MailPlaces): Sender =>
  mailSender({
    async send(account, mail) {
      const apiKey = account.secrets['resendKey'] ?? ''
      const first = await once(new Resend({ baseUrl: () => places.resend(account), apiKey }), mail, true)
      const reserve = account.secrets['fallbackKey']
      const mustFall = first.outcome === 'refused' && /quota|unreachable|^http_5|internal|application/.test(first.code)
      if (!reserve || !mustFall) return first
      return once(new SendGrid({ baseUrl: () => places.sendGrid(account), apiKey: reserve }), mail, false)
    },
    check: (account) => asked(`${places.resend(account)}/domains`, account, 'resendKey', /restricted_api_key/),
  })

export const sendGridSender = (places: MailPlaces): Sender =>
  mailSender({
    send: (account, mail) =>
      once(
        new SendGrid({ baseUrl: () => places.sendGrid(account), apiKey: account.secrets['sendGridKey'] ?? '' }),
        mail,
        false,
      ),
    check: (account) => asked(`${places.sendGrid(account)}/v3/scopes`, account, 'sendGridKey'),
  })

export const smtpSender = (places: MailPlaces): Sender =>
  mailSender({
    send: (account, mail) => once(smtpOf(account, places), mail, false),
    async check(account) {
      try {
        await smtpOf(account, places).verify()
        return right(account)
      } catch (error) {
        const { message, code = 'smtp', responseCode } = error as SmtpError
        const action = code === 'EAUTH' ? 'broken' : 'retry'
        const title = message.slice(0, 500)
        return {
          isRight: false,
          error: { code: code.toLowerCase(), providerCode: responseCode ?? null, title, action },
        }
      }
    },
  })

const smtpOf = (account: ChannelAccount, { allowedHosts }: MailPlaces) =>
  new Smtp({
    host: account.fields['host'] ?? '',
    port: Number(account.fields['port']),
    user: account.fields['user'] ?? '',
    password: account.secrets['password'] ?? '',
    allowedHosts,
  })

interface Adapter {
  send(account: ChannelAccount, mail: Mail): Promise<MailResult | Unknown>
  check(account: ChannelAccount): Promise<AccountCheck>
}

/** Composes a mail of whatever is to be said, and hands it over once. */
export const mailSender = ({ send, check }: Adapter): Sender => ({
  isThreaded: true,
  check,
  async send(account, message): Promise<SendResult> {
    const mail = composed(account, message)
    const bytes = (mail.attachments ?? []).reduce((sum, one) => sum + one.bytes.length, 0)
    if (bytes > mailAttachmentsMax) return { outcome: 'refused', error: tooHeavy }
    const result = await send(account, mail)
    if (result.outcome === 'unknown') return result
    if (result.outcome === 'refused') return { outcome: 'refused', error: errorOf(result) }
    // Whatever the provider calls it, answers and reports name it by its own id.
    return { outcome: 'accepted', providerId: mailIdOf(mail.key, account.fields['mailbox'] ?? '') }
  },
})

type Unknown = Extract<SendResult, { outcome: 'unknown' }>
type Refused = Extract<MailResult, { outcome: 'refused' }>

/** `hasKeys`: the provider knows the same mail again by its key, so that a break of the line is worth another try. */
async function once(sender: MailSender, mail: Mail, hasKeys: boolean): Promise<MailResult | Unknown> {
  try {
    return await sender.send(mail)
  } catch (error) {
    const code = codeOf(error)
    if (hasKeys || neverSent(code)) return unreachable(code)
    return { outcome: 'unknown', why: `No answer (${code || 'time ran out'}).`.slice(0, 200) }
  }
}

function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } }
  const found = cause?.code ?? code
  return typeof found === 'string' ? found : ''
}

const unreachable = (code: string): Refused => ({
  outcome: 'refused',
  code: 'provider_unreachable',
  title: `The mail provider cannot be reached${code && ` (${code})`}.`,
  action: 'retry',
  retryAfterMs: null,
})

export const errorOf = ({ code, title, action, retryAfterMs }: Refused): ProviderError => ({
  code: code.slice(0, 64),
  providerCode: Number(/^(?:http|smtp)_(\d{3})$/.exec(code)?.[1]) || null,
  title,
  action: action === 'retry' && retryAfterMs !== null ? 'cool_off' : action,
  ...(retryAfterMs !== null && { retryAfterMs }),
})

const tooHeavy: ProviderError = {
  code: 'mail_too_large',
  providerCode: null,
  title: 'The files of this mail are over 25 MB together.',
  action: 'never',
}

const right = ({ fields, name }: ChannelAccount): AccountCheck => ({
  isRight: true,
  phoneNumber: fields['mailbox'] ?? '',
  name,
  quality: '',
})

/** Whether a provider opens to the key. `alsoRight`: it knows the key, which may do nothing but send. */
async function asked(url: string, account: ChannelAccount, key: string, alsoRight?: RegExp): Promise<AccountCheck> {
  try {
    const headers = { authorization: `Bearer ${account.secrets[key] ?? ''}` }
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(checkMs), redirect: 'error' })
    const said = (await answer.text()).slice(0, 2_000)
    if (answer.ok || alsoRight?.test(said)) return right(account)
    const isKey = answer.status === 401 || answer.status === 403
    const title = isKey ? 'The provider does not know this key.' : `The provider answered ${answer.status}.`
    const code = isKey ? 'invalid_api_key' : `http_${answer.status}`
    return { isRight: false, error: { code, providerCode: answer.status, title, action: isKey ? 'broken' : 'retry' } }
  } catch (error) {
    return { isRight: false, error: errorOf(unreachable(codeOf(error))) }
  }
}
