import { createContext, useContext, useState } from 'react'
import { ApiProblem } from '../../client/problem.ts'
import type { SecondFactorAsked } from '../../client/security.ts'
import { enter } from '../live/careline.ts'
import { wordsOf } from './words.ts'

/** Somebody came with a first factor, and is asked for a second; then they go where they wanted to. */
export interface Asked {
  asked: SecondFactorAsked
  goOn: () => Promise<unknown>
}

/** Puts the second factor in the place of the first: see `Door`. */
export const Asking = createContext<(asked: Asked) => void>(() => undefined)

/** Runs a sign-in of any kind, then goes on; a second factor in between, where the account has one. */
export function useEntering(goOn: () => Promise<unknown>) {
  const ask = useContext(Asking)
  const [failed, setFailed] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true)
    setFailed(null)
    try {
      await work()
      enter()
      await goOn()
    } catch (error) {
      setBusy(false)
      if (error instanceof ApiProblem && error.secondFactor) ask({ asked: error.secondFactor, goOn })
      else setFailed(wordsOf(error))
    }
  }
  return { failed, isBusy, run }
}
