import type { CSSProperties } from 'react'
import type { Presence } from '../../client/wire.ts'
import type { ChannelKind } from '../../kernel/channel-kind.ts'
import { Dot } from '../parts/dot.tsx'
import style from './avatar.module.css'
import { ChannelGlyph } from './channel-glyph.tsx'

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
  /** By which kind of channel a person is written to. */
  kind?: ChannelKind | undefined
  size?: number
  /** Of a colleague who is there. */
  status?: 'online' | 'away' | 'busy'
}

export const Avatar = ({ name, kind, size = 38, status }: Props) => (
  <span className={style.avatar} style={{ '--hue': hue(name), '--d': `${size}px` } as CSSProperties} aria-hidden="true">
    {initials(name) || '?'}
    {kind && (
      <span className={style.glyph}>
        <ChannelGlyph kind={kind} size={12} />
      </span>
    )}
    {status && <Dot status={status} />}
  </span>
)

/** Nobody has a dot who is offline. */
export const withStatus = (one: Presence | undefined) => (one && one.status !== 'offline' ? { status: one.status } : {})
