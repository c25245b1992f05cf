import { newId } from '../kernel/id.ts'
import { checkAccount } from '../providers/whatsapp/account.ts'
import type { MessageSender } from '../providers/whatsapp/port.ts'
import type { ChannelSettings, OpenChannel } from '../store/settings/channels.ts'
import type { ChannelTest } from './ports.ts'

interface Parts {
  channels: Pick<ChannelSettings, 'verified'>
  sender: Pick<MessageSender, 'send'>
}

/** Looks whether a channel's provider knows us, and whether it takes a message. What it says is the answer. */
export const channelTester =
  ({ channels, sender }: Parts) =>
  async (channel: OpenChannel, to?: string): Promise<ChannelTest> => {
    const { id: channelId, workspaceId, simulate, name } = channel
    const provider = { ...channel, channelId }
    const check = await checkAccount(provider)
    if (!check.isRight) {
      const { code, title: why } = check.error
      return { isRight: false, phoneNumber: null, name: null, quality: null, why, code, message: null }
    }
    // A simulator knows everybody: that proves nothing.
    if (!simulate) await channels.verified(workspaceId, channelId)
    const { phoneNumber, name: known, quality } = check
    const about = { isRight: true, phoneNumber, name: known, quality, why: null, code: null, message: null }
    if (to === undefined) return about
    const content = { kind: 'text', text: `This is a test of “${name}”.` } as const
    const sent = await sender.send(provider, { to, content, opaque: newId('test') })
    if (sent.outcome === 'accepted') return { ...about, message: 'accepted' }
    if (sent.outcome === 'unknown') return { ...about, message: 'unknown', why: sent.why.slice(0, 500) }
    return { ...about, message: 'refused', why: sent.error.title.slice(0, 500), code: sent.error.code }
  }
