import { useQuery, useQueryClient } from '@tanstack/react-query'
import { slack } from '../live/slack.ts'

/** What waits, and what fails, is looked at again while the page is open. */
const everyMs = 2_000

export const useSlack = () =>
  useQuery({ queryKey: ['slack'], queryFn: () => slack.state(), staleTime: 0, refetchInterval: everyMs })

/** Asked of Slack itself: not again and again. */
export const useSlackChannels = (isOn: boolean) =>
  useQuery({ queryKey: ['slack-channels'], queryFn: () => slack.channels(), staleTime: 60_000, enabled: isOn })

export const useSlackRules = () => useQuery({ queryKey: ['slack-rules'], queryFn: () => slack.rules(), staleTime: 0 })

/** Reads what was changed anew. */
export function useSlackRenewed() {
  const cache = useQueryClient()
  return async () => {
    await Promise.all(
      ['slack', 'slack-channels', 'slack-rules'].map((key) => cache.invalidateQueries({ queryKey: [key] })),
    )
  }
}
