import type { Config } from '../../kernel/config.ts'
import type { Text } from '../../actors/messenger/contract.ts'
import type { Store } from '../../store/connection.ts'
import { accountsById } from '../../store/settings/accounts.ts'
import type { ChannelSettings } from '../../store/settings/channels.ts'
import { membersOf } from '../../store/settings/members.ts'
import { workspaceById } from '../../store/settings/workspaces.ts'
import { Tallies } from '../../store/tallies.ts'
import { newId } from '../../kernel/id.ts'
import type { Audit } from '../audit.ts'
import type { Log, TextsTold } from '../ports.ts'
import type { Auth } from '../auth/auth.ts'
import { ByPhone } from '../auth/by-phone.ts'
import { PhoneCodes } from '../auth/codes.ts'
import { MailCodes } from '../auth/mail-codes.ts'
import { OwnPhones } from '../auth/own-phones.ts'
import type { PersonCodes } from '../auth/persons.ts'
import { Pumping } from '../auth/pumping.ts'
import { tellingOwners } from '../auth/security-letters.ts'
import type { Sudo } from '../auth/sudo.ts'
import type { Post } from './mail.ts'
import type { TextDoor } from './texts.ts'

const dayMs = 24 * 60 * 60_000

interface Parts {
  config: Pick<Config, 'codes'>
  store: Store
  channels: ChannelSettings
  auth: Auth
  sudo: Sudo
  secret: string
  /** Where people reach this server. */
  url: string
  /** Undefined where no letter can be sent. */
  post: Post | undefined
  audit: Audit
  texts: Pick<TextDoor, 'hasSms' | 'authToken' | 'statusUrl'>
  /** Puts a text into the messenger; it is durable when this resolves. */
  text(text: Text): Promise<unknown>
  told: TextsTold['told']
  /** The people who are looked after sign in by codes as well. */
  codesAre(codes: PersonCodes): void
  now(): number
  log: Pick<Log, 'warn'>
}

/** Signing in by telephone, people's own numbers, and what Twilio tells of texts. */
export function openPhones({ config, texts, text, told, codesAre, ...parts }: Parts) {
  const { store, auth, channels, secret, sudo, now } = parts
  const alert = (workspaceId: string | null, spent: number) => paused(parts, workspaceId, spent)
  const pumping = new Pumping({ ...config.codes, tallies: new Tallies(store), now, alert })
  const { hasSms, authToken, statusUrl } = texts
  const codes = new PhoneCodes({ store, channels, pumping, secret, now, hasSms, text })
  codesAre({ phone: codes, mail: new MailCodes({ store, pumping, secret, now, post: parts.post }) })
  return {
    byPhone: new ByPhone({ store, auth, codes }),
    ownPhones: new OwnPhones({ store, codes, sudo, tell: tellingOwners(parts), now }),
    texts: { authToken, statusUrl, told },
  }
}

/** Codes of a workspace have cost as much as it allows: its owners hear of it. Those of the installation: its operators. */
async function paused(
  parts: Omit<Parts, 'config' | 'texts' | 'text' | 'told' | 'codesAre'>,
  workspaceId: string | null,
  spent: number,
) {
  const { store, url, post, audit, now, log } = parts
  log.warn('codes paused until midnight UTC', { workspaceId, spent })
  const workspace = workspaceId === null ? undefined : await workspaceById(store, workspaceId)
  if (!workspace) return
  const by = { kind: 'system', id: 'codes' } as const
  await audit({ workspaceId: workspace.id, by, action: 'codes.paused', target: null, note: { spent } })
  const owners = (await membersOf(store, workspace.id)).filter((one) => one.role === 'owner' && one.status === 'active')
  const accounts = await accountsById(
    store,
    owners.map(({ accountId }) => accountId),
  )
  const letter = { about: 'codes_paused', link: `${url}/settings/business`, workspace: workspace.name } as const
  for (const { email } of accounts.values())
    if (post && email !== null)
      await post(
        { letterId: newId('let'), to: email, language: workspace.settings.locale, letter, notAfter: now() + dayMs },
        workspace.id,
      )
}
