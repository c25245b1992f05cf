import { isDuplicate, type Store, timeOf } from '../connection.ts'

/** Whether a push service takes what a business's app sends by it. */
export interface PushHealth {
  service: string
  /** Epoch ms; to within ten minutes. */
  takenAt: number | null
  /** Why the last one was refused, where nothing was taken since. */
  failing: { code: string; why: string; at: number } | null
}

const idOf = (channelId: string, service: string) => `${channelId}/${service}`

export async function keepPushHealth(
  store: Store,
  workspaceId: string,
  channelId: string,
  { service, takenAt, failing }: PushHealth,
) {
  const _id = idOf(channelId, service)
  const change = {
    service,
    ...(takenAt !== null && { takenAt: new Date(takenAt) }),
    failing: failing && { ...failing, at: new Date(failing.at) },
  }
  const tenant = store.of(workspaceId)
  const put = () => tenant.update('push_health', { _id }, { $set: change })
  if (await put()) return
  try {
    await tenant.insert('push_health', { _id, channelId, ...change })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    await put() // Another process was first to say something of it.
  }
}

export async function pushHealthOf(
  store: Store,
  workspaceId: string,
  channelId: string,
  services: readonly string[],
): Promise<PushHealth[]> {
  const filter = { _id: { $in: services.map((service) => idOf(channelId, service)) } }
  const found = await store.of(workspaceId).find('push_health', filter, { limit: services.length })
  return found.map((one) => {
    const failing = one['failing'] as { code: string; why: string; at: Date } | null
    return {
      service: one['service'] as string,
      takenAt: timeOf(one['takenAt']),
      failing: failing && { ...failing, at: failing.at.getTime() },
    }
  })
}
