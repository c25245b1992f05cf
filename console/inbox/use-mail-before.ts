import { useMemo } from 'react'
import type { WayNow } from '../../client/connections.ts'
import type { Message } from '../../client/wire.ts'
import { useChannels } from '../settings/use-channels.ts'
import { type MailBefore, mailBefore } from './mail-draft.ts'

/** What the next mail answers; null where what is written goes by another way. */
export function useMailBefore(
  messages: readonly Message[],
  replyTo: Message | null,
  way: WayNow | undefined,
): MailBefore | null {
  const channels = useChannels().data?.items
  const [kind, address = ''] = [way?.kind, way?.address]
  return useMemo(() => {
    if (kind !== 'email') return null
    const ours = channels?.flatMap((one) => (one.kind === 'email' ? [one.address] : [])) ?? []
    return mailBefore(messages, replyTo, [address, ...ours])
  }, [messages, replyTo, kind, address, channels])
}
