import { useState } from 'react'
import type { MailDraft } from './mail-draft.ts'

export interface Draft {
  text: string
  isNote: boolean
  /** Of a mail, what was written beside its words; null where nobody changed anything. */
  mail: MailDraft | null
}

const empty: Draft = { text: '', isNote: false, mail: null }
const slot = (conversationId: string) => `careline.draft.${conversationId}`

function load(conversationId: string): Draft {
  const kept = localStorage.getItem(slot(conversationId))
  return kept === null ? empty : { ...empty, ...(JSON.parse(kept) as Partial<Draft>) }
}

function keep(conversationId: string, draft: Draft) {
  if (draft.text === '' && draft.mail === null) localStorage.removeItem(slot(conversationId))
  else localStorage.setItem(slot(conversationId), JSON.stringify(draft))
}

/** What is being written in a conversation; this browser keeps it until it is sent. */
export function useDraft(conversationId: string) {
  const [draft, setDraft] = useState(() => load(conversationId))
  return {
    ...draft,
    set: (change: Partial<Draft>) => {
      const next = { ...draft, ...change }
      keep(conversationId, next)
      setDraft(next)
    },
  }
}
