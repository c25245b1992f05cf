import type { Posted } from '../../actors/letterbox/contract.ts'
import type { Store } from '../../store/connection.ts'
import type { Vault } from '../../store/vault.ts'
import type { JointMemory } from '../joint-memory.ts'
import type { Auth } from './auth.ts'
import type { ByMail } from './by-mail.ts'
import { Google, type GoogleSettings } from './google.ts'
import { OwnFactors } from './own-factors.ts'
import { Passkeys } from './passkeys.ts'
import { SecondFactor } from './second-factor.ts'
import { tellingOwners } from './security-letters.ts'
import { Sudo } from './sudo.ts'

interface Parts {
  store: Store
  vault: Vault
  auth: Auth
  byMail: ByMail
  now(): number
  /** Where people reach this server. */
  url: string
  joint: JointMemory | undefined
  /** Undefined where no letter can be sent. */
  post: ((posted: Posted) => Promise<unknown>) | undefined
  /** Undefined where Google is not set up. */
  google: GoogleSettings | undefined
  team: ConstructorParameters<typeof Google>[0]['team']
  warn: ConstructorParameters<typeof Google>[0]['warn']
}

/** Everything to sign in with beside passwords and letters. */
export interface Security {
  factor: SecondFactor
  factors: OwnFactors
  passkeys: Passkeys
  sudo: Sudo
  google: Google
}

export function openSecurity({ google: settings, vault, byMail, ...parts }: Parts): Security {
  const tell = tellingOwners(parts)
  const passkeys = new Passkeys(parts)
  const factor = new SecondFactor({ ...parts, vault, passkeys, tell })
  const sudo = new Sudo({ ...parts, factor, byMail })
  return {
    factor,
    factors: new OwnFactors({ ...parts, factor, passkeys, sudo, tell }),
    passkeys,
    sudo,
    google: new Google({ ...parts, sudo, tell, settings }),
  }
}
