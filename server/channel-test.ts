import { newId } from '../kernel/id.ts'
import type { Sender } from '../providers/sender.ts'
import type { ChannelSettings, OpenChannel } from '../store/settings/channels.ts'
import type { ChannelTest } from './ports.ts'

interface Parts {
  channels: Pick<ChannelSettings, 'verified'>
  senderOf(channel: { provider: string }): Sender
}

/** Looks whether a channel's provider knows us, and whether it takes a message. What it says is the answer. */
export const channelTester =
  ({ channels, senderOf }: Parts) =>
  async (channel: OpenChannel, to?: string): Promise<ChannelTest> => {
    const { id, workspaceId, simulate, name } = channel
    const sender = senderOf(channel)
    const check = await sender.check(channel)
    if (!check.isRight) {
      const { code, title } = check.error
      const why = title.slice(0, 500)
      return { isRight: false, phoneNumber: null, name: null, quality: null, why, code, message: null }
    }
    // A simulator knows everybody: that proves nothing.
    if (!simulate) await channels.verified(workspaceId, id)
    const { phoneNumber, name: known, quality } = check
    const about = { isRight: true, phoneNumber, name: known, quality, why: null, code: null, message: null }
    if (to === undefined) return about
    const content = { kind: 'text', text: `This is a test of “${name}”.` } as const
    const sent = await sender.send(channel, { to, content, opaque: newId('test') })
    if (sent.outcome === 'accepted') return { ...about, message: 'accepted' }
    if (sent.outcome === 'unknown') return { ...about, message: 'unknown', why: sent.why.slice(0, 500) }
    return { ...about, message: 'refused', why: sent.error.title.slice(0, 500), code: sent.error.code }
  }
