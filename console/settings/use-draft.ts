import { useState } from 'react'

/**
 * What is being edited of something that the server has. What others saved shows at once where nothing was typed yet;
 * what was typed is never lost, nor is the focus.
 */
export function useDraft<Value>(server: Value): [Value, (draft: Value) => void] {
  const [held, setHeld] = useState({ base: server, draft: server })
  if (!isSame(held.base, server)) setHeld({ base: server, draft: isSame(held.draft, held.base) ? server : held.draft })
  return [held.draft, (draft) => setHeld((now) => ({ ...now, draft }))]
}

const isSame = (one: unknown, other: unknown) => one === other || JSON.stringify(one) === JSON.stringify(other)
