import type { Config } from '../../kernel/config.ts'
import type { Store } from '../../store/connection.ts'
import type { Rest } from '../../store/rest.ts'
import type { ChannelSettings } from '../../store/settings/channels.ts'
import type { Auth } from '../auth/auth.ts'
import { OwnEmail } from '../auth/own-email.ts'
import type { Sudo } from '../auth/sudo.ts'
import { Onboarding } from '../onboarding.ts'
import type { ResourceChanged } from '../ports.ts'
import { Presets } from '../presets/apply.ts'
import { Registration } from '../registration.ts'
import { Workspaces } from '../workspaces.ts'
import type { Post } from './mail.ts'
import type { KnownSettings } from './settings.ts'

interface Parts {
  config: Pick<Config, 'signUp'>
  store: Store
  rest: Rest
  auth: Auth
  sudo: Sudo
  channels: ChannelSettings
  settings: Pick<KnownSettings, 'workspace' | 'changed'>
  /** Every console of the workspace that is open hears of it. */
  resourceChanged(workspaceId: string, changed: ResourceChanged): void
  now(): number
  /** Where people reach this server. */
  url: string
  /** Undefined where no letter can be sent. */
  post: Post | undefined
}

/** Businesses: how they come, are set up and go live. */
export function openBusinesses(parts: Parts) {
  const { config, store, rest, auth, sudo, channels, settings, resourceChanged, now, url, post } = parts
  const changed = async (workspaceId: string) => {
    await settings.changed(workspaceId)
    const rev = settings.workspace(workspaceId)?.rev ?? 1
    resourceChanged(workspaceId, { resource: 'business', id: workspaceId, rev })
  }
  const workspaces = new Workspaces({ store, now, known: settings.workspace, changed })
  const isOpen = config.signUp === 'open'
  return {
    workspaces,
    registration: new Registration({ store, auth, workspaces, isOpen, url, now, post }),
    ownEmail: new OwnEmail({ store, url, now, post, auth, sudo }),
    onboarding: new Onboarding({ store, channels, workspaces, now }),
    presets: new Presets({ store, rest, workspaces, now }),
  }
}
