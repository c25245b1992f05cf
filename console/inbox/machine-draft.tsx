import { IconSparkles } from '@tabler/icons-react'
import type { Draft } from '../../client/wire.ts'
import { useCommand } from '../live/use-command.ts'
import style from './workflow.module.css'

interface Props {
  conversationId: string
  draft: Draft
  /** Puts its words into the composer. */
  use: (text: string) => void
}

/** What a machine would say: nothing of it goes before somebody has read it. */
export const MachineDraft = ({ conversationId, draft, use }: Props) => {
  const { run, isWaiting } = useCommand('draft.settle')
  const settle = (isUsed: boolean) => {
    run({ conversationId, draftId: draft.draftId, isUsed })
    if (isUsed) use(draft.text)
  }
  return (
    <section className={style.draft} aria-label="A draft by AI">
      <p className={style.head}>
        <IconSparkles size={13} stroke={2} aria-hidden="true" />A draft by AI, not sent
      </p>
      <p className={style.words} dir="auto">
        {draft.text}
      </p>
      <p className={style.choices}>
        <button type="button" disabled={isWaiting} onClick={() => settle(true)}>
          Use it
        </button>
        <button type="button" disabled={isWaiting} onClick={() => settle(false)}>
          Drop it
        </button>
      </p>
    </section>
  )
}
