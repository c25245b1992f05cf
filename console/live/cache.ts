import { QueryClient } from '@tanstack/react-query'
import { ApiProblem } from '../../client/problem.ts'

const triesMax = 3

/** Everything that the console knows is in here, and nowhere else. */
export const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // Whether this device is online, the client finds out by asking; browsers guess.
      networkMode: 'always',
      // What was refused stays refused; what did not get through may, next time.
      retry: (failures, error) => failures < triesMax && error instanceof ApiProblem && error.retryable,
    },
  },
})
