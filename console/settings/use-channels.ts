import { queryOptions, useQuery } from '@tanstack/react-query'
import { isChannelKind } from '../../kernel/channel-words.ts'
import { api } from '../live/careline.ts'

// By itself: the inbox has to know of which kind a channel is, and nothing of how one is set up.
export const channelsQuery = queryOptions({
  queryKey: ['integrations'],
  queryFn: () => api.integrations.list(),
  staleTime: 0,
})

export const useChannels = () => useQuery(channelsQuery)
const channelKindOf = (kind = '') => (isChannelKind(kind) ? kind : undefined)

/** How long every row of the inbox goes by what is known of the channels: their kind never changes. */
const kindMs = 5 * 60_000

const canCall = ({ provider, status, address }: { provider: string; status: string; address: string }) =>
  provider === 'twilio' && status === 'active' && address.startsWith('+')
const none: never[] = []

/** The numbers that can call. */
export const useCallLines = () =>
  useQuery({ ...channelsQuery, staleTime: kindMs, select: ({ items }) => items.filter(canCall) }).data ?? none

/** Of which kind a channel is; undefined until it is known, and of one that was removed. */
export const useChannelKind = (channelId: string | null) =>
  useQuery({
    ...channelsQuery,
    staleTime: kindMs,
    select: ({ items }) => channelKindOf(items.find(({ id }) => id === channelId)?.kind),
  }).data
