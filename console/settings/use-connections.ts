import { keepPreviousData, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ChannelView } from '../../client/connections.ts'
import { connections } from '../live/connections.ts'
import { channelsQuery } from './use-channels.ts'

/** What goes on at an endpoint is looked at again while its page is open. */
const everyMs = 1_000

const kinds = queryOptions({ queryKey: ['channel-kinds'], queryFn: () => connections.kinds(), staleTime: Infinity })
const endpoints = queryOptions({
  queryKey: ['webhook-endpoints'],
  queryFn: () => connections.endpoints(),
  staleTime: 0,
})
const types = queryOptions({
  queryKey: ['webhook-events'],
  queryFn: () => connections.eventTypes(),
  staleTime: Infinity,
})

export const useChannelKinds = () => useQuery(kinds)
/** What can be said of a channel's provider. */
export const useKindOf = (channel: Pick<ChannelView, 'provider'>) =>
  useChannelKinds().data?.items.find(({ provider }) => provider === channel.provider)
export const useEndpoints = () => useQuery(endpoints)
export const useEventTypes = () => useQuery(types)

export const useChannel = (id: string) =>
  useQuery({ queryKey: ['integrations', id], queryFn: () => connections.channel(id), staleTime: 0 })

export const useHealth = (id: string) =>
  useQuery({
    queryKey: ['integrations', id, 'health'],
    queryFn: async () => {
      const [now, history] = await Promise.all([connections.health(id), connections.healthHistory(id)])
      return { now, history: history.items }
    },
    refetchInterval: everyMs,
  })

export const useEndpoint = (id: string) =>
  useQuery({
    queryKey: ['webhook-endpoints', id],
    queryFn: () => connections.endpoint(id),
    staleTime: 0,
    refetchInterval: everyMs,
  })

export const useDeliveries = (id: string, limit: number) =>
  useQuery({
    queryKey: ['webhook-endpoints', id, 'deliveries', limit],
    queryFn: () => connections.deliveries(id, { limit }),
    placeholderData: keepPreviousData,
    refetchInterval: everyMs,
  })

export const useDelivery = (id: string, deliveryId: string) =>
  useQuery({
    queryKey: ['webhook-endpoints', id, 'delivery', deliveryId],
    queryFn: () => connections.delivery(id, deliveryId),
    staleTime: 0,
  })

export const useCaught = (id: string) =>
  useQuery({
    queryKey: ['webhook-endpoints', id, 'caught'],
    queryFn: () => connections.caught(id),
    refetchInterval: everyMs,
  })

/** Reads what was changed anew. */
export function useConnectionsRenewed() {
  const cache = useQueryClient()
  return {
    channels: () => cache.invalidateQueries({ queryKey: channelsQuery.queryKey }),
    webhooks: () => cache.invalidateQueries({ queryKey: endpoints.queryKey }),
  }
}
