import { useState } from 'react'
import type { Canned } from '../../client/tools.ts'
import { tools } from '../live/tools.ts'
import { useDoing } from '../live/use-doing.ts'
import style from './canned-picker.module.css'
import { OptionList, useOptionList } from './option-list.tsx'
import { useOfferedCanned } from './use-tools.ts'

interface Asked {
  conversationId: string
  /** What stands in the composer: from `/` on, it looks for an answer. */
  text: string
  /** Puts the answer in its place. */
  change: (text: string) => void
}

const shownMax = 8
const opens = /^\/([\p{L}\p{N}_-]{0,40})$/u

/** Whose shortcut begins so comes before whose name holds it. */
function found(all: readonly Canned[], wanted: string): Canned[] {
  const word = wanted.toLocaleLowerCase()
  const begins = all.filter(({ shortcut }) => shortcut.startsWith(word))
  const holds = all.filter((one) => !begins.includes(one) && one.name.toLocaleLowerCase().includes(word))
  return [...begins, ...holds].slice(0, shownMax)
}

/** The answers that fit what is being written. */
export function useCannedPicker({ conversationId, text, change }: Asked) {
  const wanted = opens.exec(text)?.[1]
  const canned = useOfferedCanned(wanted !== undefined).data
  const [missing, setMissing] = useState<string[]>([])
  const { failed, ...doing } = useDoing()
  const take = (one: Canned) =>
    void doing.do(async () => {
      const filled = await tools.fill(one.id, conversationId)
      setMissing(filled.missing)
      change(filled.text)
    })
  const list = useOptionList({ text, found: wanted === undefined ? [] : found(canned ?? [], wanted), take })
  return { list, missing: text === '' ? [] : missing, failed }
}

/** Above the field, while it begins with `/`. */
export const CannedPicker = ({ picker }: { picker: ReturnType<typeof useCannedPicker> }) => {
  const { list, missing, failed } = picker
  return (
    <>
      <OptionList list={list} says="Canned answers">
        {(one) => (
          <>
            <b>/{one.shortcut}</b> <bdi>{one.name}</bdi>
            <small>
              <bdi>{one.texts[0]?.text}</bdi>
            </small>
          </>
        )}
      </OptionList>
      {missing.length > 0 && (
        <p className={style.missing} role="status">
          Nothing is known for {missing.join(', ')}: read it before it goes.
        </p>
      )}
      {failed && (
        <p className={style.missing} role="alert">
          {failed.message}
        </p>
      )}
    </>
  )
}
