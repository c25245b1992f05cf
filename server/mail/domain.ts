import { type Dns, DnsFailure } from '../../providers/dns/port.ts'
import type { Channel } from '../../store/settings/channels.ts'
import { spfOf, spfWith } from './spf.ts'

/** What a domain must say so that mails in its name arrive, and answers come back. */
export type RecordPurpose = 'spf' | 'dkim' | 'dmarc' | 'mx'
export type RecordType = 'TXT' | 'MX' | 'CNAME'

/** `right`: it is as it should be. `other`: something else stands there. `unknown`: it could not be looked up. */
export type RecordState = 'right' | 'missing' | 'other' | 'unknown'

export interface DomainRecord {
  what: RecordPurpose
  type: RecordType
  name: string
  /** What is to stand there, to be copied; empty where only the provider shows it. */
  value: string
  found: string[]
  state: RecordState
  /** What it is for, or where its value is found. */
  says: string
}

/** One record that is wanted, and how to see that it is there. */
interface Wanted extends Pick<DomainRecord, 'what' | 'type' | 'name' | 'value' | 'says'> {
  isRight(found: readonly string[]): boolean
  /** What to write there instead of what was found. */
  better?(found: readonly string[]): string
}

const foundMax = 10
const shownMax = 1_000

const mx = (name: string, value: string, isRight: (server: string) => boolean, says: string): Wanted => ({
  ...{ what: 'mx', type: 'MX', name, value, says },
  isRight: (found) => found.some(isRight),
})
const spf = (name: string, mechanism: string, says: string): Wanted => ({
  ...{ what: 'spf', type: 'TXT', name, value: spfWith(undefined, mechanism) },
  says: `${says} There must be one of these records alone: two count as none.`,
  // Two of them are as good as none (RFC 7208, 4.5).
  isRight: (found) => found.filter(spfOf).length === 1 && found.some((one) => spfOf(one)?.includes(mechanism)),
  better: (found) => spfWith(found.find(spfOf), mechanism),
})
const key = (name: string, says: string): Wanted => ({
  ...{ what: 'dkim', type: 'TXT', name, value: '', says },
  isRight: (found) => found.some((one) => /(^|;)\s*p=[A-Za-z0-9+/]{20}/.test(one)),
})
const keyAt = (name: string, host: RegExp, says: string): Wanted => ({
  ...{ what: 'dkim', type: 'CNAME', name, value: '', says },
  isRight: (found) => found.some((one) => host.test(one)),
})
const dmarc = (domain: string): Wanted => ({
  ...{ what: 'dmarc', type: 'TXT', name: `_dmarc.${domain}`, value: 'v=DMARC1; p=none;' },
  says: 'Says what becomes of mails in your name that nobody can vouch for. Begin with none; make it quarantine later.',
  isRight: (found) => found.some((one) => /^v=DMARC1\s*;/i.test(one)),
})

const arrives = 'Mails to your address come to the provider, which tells us.'

/** By provider: what its own pages ask for. https://resend.com/docs/dashboard/domains/introduction */
function resendRecords(domain: string): Wanted[] {
  const send = `send.${domain}`
  const shown = 'Resend shows its value under Domains.'
  return [
    spf(send, 'include:amazonses.com', 'Lets Resend send in your name.'),
    {
      ...mx(
        send,
        '',
        (one) => /^feedback-smtp\..*amazonses\.com$/.test(one),
        `Mails that come back are told. ${shown}`,
      ),
      what: 'spf',
    },
    key(`resend._domainkey.${domain}`, `The key by which your mails are known to be yours. ${shown}`),
    dmarc(domain),
    mx(domain, '', (one) => /^inbound-smtp\..*amazonaws\.com$/.test(one), `${arrives} ${shown}`),
  ]
}

/** https://www.twilio.com/docs/sendgrid/ui/account-and-settings/how-to-set-up-domain-authentication */
function sendGridRecords(domain: string): Wanted[] {
  const says = 'SendGrid shows its value under Sender Authentication. With the third of its records it is SPF as well.'
  const keys = ['s1', 's2'].map((one) => keyAt(`${one}._domainkey.${domain}`, /\.sendgrid\.net$/, says))
  const into = mx(domain, 'mx.sendgrid.net', (one) => one === 'mx.sendgrid.net', arrives)
  return [...keys, dmarc(domain), into]
}

/** https://support.google.com/a/topic/9061730 */
function googleRecords(domain: string): Wanted[] {
  // Whoever writes from Google's own domain has nothing to set up.
  if (/^(gmail|googlemail)\.com$/.test(domain)) return []
  const isGoogle = (one: string) => /(^|\.)(google|googlemail)\.com$/.test(one)
  return [
    spf(domain, 'include:_spf.google.com', 'Lets Google send in your name.'),
    key(`google._domainkey.${domain}`, 'The admin console of Google shows its value under Gmail, Authenticate email.'),
    dmarc(domain),
    mx(domain, 'smtp.google.com', isGoogle, 'Mails to your address come to Google.'),
  ]
}

/** Which key a mail server signs with only whoever runs it knows. */
function ownRecords(domain: string, host: string): Wanted[] {
  const any = spf(domain, `a:${host}`, 'Lets your mail server send in your name.')
  const namesSome = /\b(a|mx|ip4|ip6|include|redirect|exists)([:=/]|\b)/
  return [
    {
      ...any,
      isRight: (found) =>
        any.isRight(found) || (found.filter(spfOf).length === 1 && namesSome.test(found.find(spfOf) ?? '')),
    },
    dmarc(domain),
    mx(domain, host, () => true, 'Where mails to your address go. Your server hands them on to the address above.'),
  ]
}

export function wantedOf({ provider, address, fields }: Pick<Channel, 'provider' | 'address' | 'fields'>): Wanted[] {
  const domain = domainOf(address)
  if (provider === 'resend') return resendRecords(domain)
  if (provider === 'sendgrid') return sendGridRecords(domain)
  if (provider === 'gmail') return googleRecords(domain)
  return ownRecords(domain, (fields['host'] ?? '').toLowerCase())
}

export const domainOf = (address: string) => address.split('@')[1]?.toLowerCase() ?? ''

/** Every record that the domain of a mailbox should have, and what is found there. */
export const lookedUp = (
  dns: Dns,
  channel: Pick<Channel, 'provider' | 'address' | 'fields'>,
): Promise<DomainRecord[]> => Promise.all(wantedOf(channel).map((wanted) => found(dns, wanted)))

async function found(dns: Dns, { isRight, better, ...wanted }: Wanted): Promise<DomainRecord> {
  try {
    const all = await recordsAt(dns, wanted)
    const state = stateOf(all, isRight(all))
    const shown = all.slice(0, foundMax).map((one) => one.slice(0, shownMax))
    const value = state === 'other' && better ? better(all) : wanted.value
    return { ...wanted, value, found: shown, state }
  } catch (error) {
    if (!(error instanceof DnsFailure)) throw error
    return { ...wanted, found: [], state: 'unknown' }
  }
}

function stateOf(all: readonly string[], isRight: boolean): RecordState {
  if (isRight) return 'right'
  return all.length === 0 ? 'missing' : 'other'
}

/** What stands there of this kind; other texts of the same name are none of our business. */
async function recordsAt(dns: Dns, { what, type, name }: Pick<Wanted, 'what' | 'type' | 'name'>): Promise<string[]> {
  if (type === 'MX') return dns.mx(name)
  if (type === 'CNAME') return dns.cname(name)
  const texts = await dns.txt(name)
  if (what === 'spf') return texts.filter((one) => spfOf(one) !== undefined)
  if (what !== 'dmarc' || texts.length > 0) return texts
  // What a domain says holds for those below it (RFC 7489, 6.6.3).
  const parent = /^_dmarc\.[^.]+\.(.+\..+)$/.exec(name)?.[1]
  return parent === undefined ? texts : recordsAt(dns, { what, type, name: `_dmarc.${parent}` })
}
