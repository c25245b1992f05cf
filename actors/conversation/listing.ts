import { type Content, preview } from '../../kernel/content.ts'
import type { Given } from '../runtime/change.ts'
import type { State } from './state.ts'
import { touch } from './telling.ts'

/** What the list shows as the last word follows what became of that word. */
export function relisted(state: State, messageId: string, content: Content, given: Given) {
  if (state.last?.messageId !== messageId) return { state, tells: [] }
  const after = { ...state, last: { ...state.last, kind: content.kind, text: preview(content) } }
  return { state: after, tells: touch(state, after, given) }
}
