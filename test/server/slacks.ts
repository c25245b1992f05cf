import { SlackApi } from '../../providers/slack/api.ts'
import { tellingOwners } from '../../server/auth/security-letters.ts'
import { SlackLinks } from '../../server/slack/links.ts'
import { SlackRoom } from '../../server/slack/room.ts'
import { Rest } from '../../store/rest.ts'
import type { Vault } from '../../store/vault.ts'

type Told = Parameters<typeof tellingOwners>[0]
interface Parts extends Told {
  vault: Vault
  sudo: ConstructorParameters<typeof SlackLinks>[0]['sudo']
}

/** The Slack of a business, whose forms do nothing here. */
export function slacksOf({ vault, sudo, ...told }: Parts) {
  const { store, url, now } = told
  const slack = new SlackRoom({ store, rest: new Rest(vault), api: new SlackApi(), simulatedAt: () => url, now })
  return {
    slack,
    slackForms: { open: async () => undefined, offer: async () => undefined, submitted: async () => ({}) },
    slackLinks: new SlackLinks({ store, room: slack, sudo, tell: tellingOwners(told), now }),
  }
}
