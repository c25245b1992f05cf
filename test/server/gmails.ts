import { GmailConsent } from '../../server/mail/gmail-consent.ts'
import type { Ports } from '../../server/ports.ts'
import { gmailStand } from '../../store/settings/gmail.ts'

type Parts = Omit<ConstructorParameters<typeof GmailConsent>[0], 'gmail'>

/** Mailboxes at Gmail that are connected, and read nothing: `read` hears of each that was to be. */
export const gmailsOf = (
  parts: Parts,
  read: (channelId: string) => unknown,
): Pick<Ports['mails'], 'gmail' | 'consent'> => ({
  gmail: {
    read: async ({ id }) => void read(id),
    renewAll: async () => undefined,
    watch: async () => undefined,
    stand: async ({ workspaceId, id }) => ({ ...(await gmailStand(parts.store, workspaceId, id)), isConnected: true }),
  },
  consent: new GmailConsent({ ...parts, gmail: { watch: async () => undefined } }),
})
