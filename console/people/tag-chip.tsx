import { useTags } from '../settings/use-people-settings.ts'
import style from './people.module.css'

/** The colour that the business gave a tag, if it did: of the latest hundred of them. */
function useColour(label: string): string | undefined {
  const tags = useTags('').pages?.flatMap(({ items }) => items)
  return tags?.find((one) => one.label === label)?.colour ?? undefined
}

/** What a tag looks like wherever people are shown; the colour is beside the word, which stays as easy to read. */
export const TagWord = ({ label }: { label: string }) => {
  const colour = useColour(label)
  return (
    <>
      {colour !== undefined && <span className={style.dot} style={{ background: colour }} aria-hidden="true" />}
      <bdi>{label}</bdi>
    </>
  )
}
