import { IconBrandWhatsapp, IconDeviceMobile, IconMail, IconMessage2 } from '@tabler/icons-react'
import type { ChannelKind } from '../../kernel/channel-kind.ts'

const glyphs = { whatsapp: IconBrandWhatsapp, sms: IconMessage2, email: IconMail, app: IconDeviceMobile }

/** The sign of a kind of channel. It says nothing aloud: the words stand beside it, or in the thread. */
export const ChannelGlyph = ({ kind, size = 14 }: { kind: ChannelKind; size?: number }) => {
  const Glyph = glyphs[kind]
  return <Glyph size={size} stroke={2} aria-hidden="true" {...(kind === 'whatsapp' && { color: 'var(--whatsapp)' })} />
}
