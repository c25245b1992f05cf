import { rebuiltMail } from '../mail/rebuilt.ts'
import { errorOf as mailError, mailSender } from '../mail/sender.ts'
import { type ChannelAccount, ProviderFailure, type Sender } from '../sender.ts'
import { Gmail } from './api.ts'

/** Mail that leaves by the mailbox itself, and stands among what its owner sent. */
export const gmailSender = (now: () => number): Sender =>
  mailSender({
    async send(account, mail) {
      try {
        return { outcome: 'accepted', providerId: await new Gmail(account, now).send(await rebuiltMail(mail)) }
      } catch (error) {
        if (!(error instanceof ProviderFailure)) return { outcome: 'unknown', why: 'Gmail gave no answer.' }
        const { code, title, action } = error.error
        const does = action === 'broken' || action === 'retry' ? action : 'never'
        return { outcome: 'refused', code, title, action: does, retryAfterMs: null }
      }
    },
    check: (account) => checked(account, now),
  })

async function checked(account: ChannelAccount, now: () => number): ReturnType<Sender['check']> {
  try {
    const { emailAddress } = await new Gmail(account, now).profile()
    return { isRight: true, phoneNumber: emailAddress, name: account.name, quality: '' }
  } catch (error) {
    if (error instanceof ProviderFailure) return { isRight: false, error: error.error }
    const none = { outcome: 'refused', code: 'provider_unreachable', title: 'Gmail cannot be reached.' } as const
    return { isRight: false, error: mailError({ ...none, action: 'retry', retryAfterMs: null }) }
  }
}
