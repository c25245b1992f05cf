import { z } from 'zod'
import { ChannelKind } from '../../../kernel/channel-kind.ts'
import { instant, sensitive } from '../../../kernel/marks.ts'
import { Address, identitiesMax } from '../../../kernel/person.ts'

const id = z.string().min(1).max(128)

/** One of the channels by which the person is reached, and how it stands at this moment. */
export const WayNow = z.object({
  channelId: id,
  kind: ChannelKind,
  /** Where it goes to. */
  address: sensitive(z.string().max(254)),
  /** Without a choice it goes this way. */
  isUsual: z.boolean(),
  /** Until when it takes free text; null where it always does. */
  windowExpiresAt: instant().nullable(),
  /** Why free text does not go this way now. */
  whyNot: z.enum(['window_closed', 'stopped']).nullable(),
})

export const reaching = {
  /** What the person is known by, of their own actor; the channels that they wrote on are known here. */
  identities: { input: z.object({ identities: z.array(Address).max(identitiesMax) }) },
  ways: { input: z.object({}), reply: z.object({ items: z.array(WayNow).max(200) }) },
}
