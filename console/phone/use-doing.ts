import { useState } from 'react'

/** Runs what the person asked for, and keeps what went wrong, in words, until the next try. */
export function useDoing() {
  const [failed, setFailed] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  return {
    failed,
    isBusy,
    async do(work: () => Promise<unknown>): Promise<boolean> {
      setBusy(true)
      setFailed(null)
      try {
        await work()
        return true
      } catch (error) {
        setFailed(error instanceof Error ? error.message : String(error))
        return false
      } finally {
        setBusy(false)
      }
    },
  }
}
