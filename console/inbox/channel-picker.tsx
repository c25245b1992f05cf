import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { WayNow } from '../../client/connections.ts'
import type { Header } from '../../client/wire.ts'
import { channelWords } from '../../kernel/channel-words.ts'
import { segmentsOf } from '../../kernel/segments.ts'
import { api } from '../live/careline.ts'
import { useChannels } from '../settings/use-channels.ts'
import { ChannelGlyph } from './channel-glyph.tsx'
import style from './composer.module.css'
import { useWindow } from './window-timer.tsx'

const waysQuery = (id: string, { channelId, windowExpiresAt, messageCount }: Header) =>
  queryOptions({
    // Whatever of these is other than before may have opened or closed a way.
    queryKey: ['ways', id, channelId, windowExpiresAt, messageCount],
    queryFn: () => api.conversations.ways(id),
    placeholderData: (before) => before,
    staleTime: 30_000,
  })

/** By which ways this person is reached, and the one that is chosen: their usual one unless somebody chose. */
export function useWays(conversationId: string, conversation: Header) {
  const [chosen, choose] = useState<string | null>(null)
  const ways = useQuery(waysQuery(conversationId, conversation)).data?.items ?? []
  const way = ways.find(({ channelId }) => channelId === chosen) ?? ways.find(({ isUsual }) => isUsual)
  const expiresAt = way ? way.windowExpiresAt : conversation.windowExpiresAt
  const hasWindow = way ? way.kind === 'whatsapp' : conversation.windowExpiresAt !== null
  const { leftMs, isClosed } = useWindow(hasWindow ? conversation.channelId : null, expiresAt)
  return { ways, way, choose, leftMs, isClosed }
}

const whyNot = { window_closed: 'the window is closed', stopped: 'they said STOP' }

interface Props {
  ways: WayNow[]
  way: WayNow | undefined
  /** What is written so far: of texts it is said what they cost. */
  text: string
  choose: (channelId: string) => void
}

/** Which channel the next message goes by. With one way only there is nothing to choose, and it is said. */
export const ChannelPicker = ({ ways, way, text, choose }: Props) => {
  const channels = useChannels().data?.items ?? []
  const nameOf = ({ channelId, kind, address }: WayNow) => {
    const name = channels.find(({ id }) => id === channelId)?.name
    const says = channelWords[kind]
    const called = name === undefined || name === says ? says : `${says} (${name})`
    return kind === 'app'
      ? called
      : `${called}, ${kind === 'whatsapp' && /^\d+$/.test(address) ? `+${address}` : address}`
  }
  if (!way) return null
  const segments = way.kind === 'sms' && text.trim() !== '' ? segmentsOf(text.trim()) : 0
  return (
    <>
      <span className={style.via}>
        <ChannelGlyph kind={way.kind} />
        {ways.length === 1 ? (
          channelWords[way.kind]
        ) : (
          <select
            className={style.ways}
            aria-label="The channel by which it goes"
            value={way.channelId}
            onChange={({ target }) => choose(target.value)}
          >
            {ways.map((one) => (
              <option key={one.channelId} value={one.channelId}>
                {nameOf(one)}
                {one.whyNot && `: ${whyNot[one.whyNot]}`}
              </option>
            ))}
          </select>
        )}
      </span>
      {segments > 0 && (
        <span className={style.aside} title="As so many text messages it is sent, and paid">
          {segments === 1 ? '1 text' : `${String(segments)} texts`}
        </span>
      )}
    </>
  )
}
