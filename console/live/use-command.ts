import { useState, useSyncExternalStore } from 'react'
import type { OutboxEntry, Status } from '../../client/connect.ts'
import { ApiProblem } from '../../client/problem.ts'
import type { CommandInput, CommandName } from '../../client/wire.ts'
import { careline } from './careline.ts'

/** Gives a command to the outbox. What was refused is told here, at the place where it was asked for. */
export function useCommand<Name extends CommandName>(name: Name) {
  const [error, setError] = useState<ApiProblem | null>(null)
  const [isWaiting, setWaiting] = useState(false)
  const run = async (input: CommandInput<Name>): Promise<boolean> => {
    const client = careline()
    const command = client.command(name, input)
    setError(null)
    setWaiting(true)
    try {
      await command
      return true
    } catch (refusal) {
      if (!(refusal instanceof ApiProblem)) throw refusal
      client.discard(command.id)
      setError(refusal)
      return false
    } finally {
      setWaiting(false)
    }
  }
  return { run: (input: CommandInput<Name>) => void run(input), error, isWaiting, forget: () => setError(null) }
}

const onOutbox = (listener: () => void) => careline().onOutbox(listener)
const outbox = () => careline().outbox()

/** What the server does not have yet, in the order in which it was given. */
export const useOutbox = (): readonly OutboxEntry[] => useSyncExternalStore(onOutbox, outbox)

const onStatus = (listener: () => void) => careline().onStatus(listener)
const status = () => careline().status()

/** How the line is. */
export const useStatus = (): Status => useSyncExternalStore(onStatus, status)
