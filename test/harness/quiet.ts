import type { ActorSystem } from '../../actors/runtime/system.ts'

/** Resolves when no turn is under way and no inbox waits to show its lines (it does four times a second, at most). */
export async function quiet(system: ActorSystem) {
  const waits = () => system.inspect().some(({ kind, reminders }) => kind === 'inbox' && reminders > 0)
  await system.settled()
  while (waits()) {
    await new Promise((later) => setTimeout(later, 20))
    await system.settled()
  }
}
