import { useState } from 'react'

/** Runs what the person asked for, and keeps what went wrong until the next try. */
export function useDoing() {
  const [failed, setFailed] = useState<Error | null>(null)
  const [isBusy, setBusy] = useState(false)
  return {
    failed,
    isBusy,
    /** True when it worked. */
    async do(work: () => Promise<unknown>): Promise<boolean> {
      setBusy(true)
      setFailed(null)
      try {
        await work()
        return true
      } catch (error) {
        setFailed(error instanceof Error ? error : new Error(String(error)))
        return false
      } finally {
        setBusy(false)
      }
    },
  }
}
