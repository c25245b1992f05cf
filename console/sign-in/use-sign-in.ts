import { queryOptions, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiProblem } from '../../client/problem.ts'
import { api, enter } from '../live/careline.ts'

const waysQuery = queryOptions({ queryKey: ['ways'], queryFn: () => api.ways(), staleTime: Infinity })

/** Which ways of signing in there are here. */
export const useWays = () => useQuery(waysQuery)

/** Words for what a person can do about it; others are the server's own. */
const says: Record<string, string> = {
  unreachable: 'The server cannot be reached. Is it running, and is this computer online?',
}

export function wordsOf(error: unknown) {
  if (!(error instanceof ApiProblem)) return 'Something went wrong here. Please try again.'
  return says[error.code] ?? error.detail ?? error.title
}

/** Runs a sign-in, then goes where the person wanted to. */
export function useSignIn() {
  const { to } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const [failed, setFailed] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true)
    setFailed(null)
    try {
      await work()
      enter()
      // Only an address of our own: anything else in `to` was written by somebody else.
      const isOurs = to !== undefined && /^\/(?![/\\])/.test(to)
      await navigate({ href: isOurs ? to : '/inbox', replace: true })
    } catch (error) {
      setFailed(wordsOf(error))
      setBusy(false)
    }
  }
  return { failed, isBusy, run }
}
