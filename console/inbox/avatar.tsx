import { IconBrandWhatsapp } from '@tabler/icons-react'
import type { CSSProperties } from 'react'
import type { Presence } from '../../client/wire.ts'
import { Dot } from '../parts/dot.tsx'
import style from './avatar.module.css'

export const ChannelGlyph = ({ size = 12 }: { size?: number }) => (
  <IconBrandWhatsapp size={size} stroke={2} color="var(--whatsapp)" aria-hidden="true" />
)

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((word) => Array.from(word.replace(/^[^\p{L}\p{N}]+/u, ''))[0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase()

const hue = (name: string) => {
  let sum = 0
  for (const letter of name) sum = (sum * 31 + letter.charCodeAt(0)) % 360
  return Math.round(sum / 30) * 30
}

interface Props {
  name: string
  hasChannel?: boolean
  size?: number
  /** Of a colleague who is there. */
  status?: 'online' | 'away' | 'busy'
}

export const Avatar = ({ name, hasChannel = false, size = 38, status }: Props) => (
  <span className={style.avatar} style={{ '--hue': hue(name), '--d': `${size}px` } as CSSProperties} aria-hidden="true">
    {initials(name) || '?'}
    {hasChannel && (
      <span className={style.glyph}>
        <ChannelGlyph />
      </span>
    )}
    {status && <Dot status={status} />}
  </span>
)

/** Nobody has a dot who is offline. */
export const withStatus = (one: Presence | undefined) => (one && one.status !== 'offline' ? { status: one.status } : {})
