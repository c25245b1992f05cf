import style from './choices.module.css'

interface Choice {
  name: string
  words: string
}

interface Props<One extends Choice> {
  /** What stands over all of them. */
  says: string
  all: readonly One[]
  chosen: readonly string[]
  choose: (chosen: readonly string[]) => void
  /** What stands behind one that is not as usual. */
  noteOn?: (one: One) => string | null
  isFixed?: boolean
}

/** Many of one kind, what somebody may do say: to be ticked, by the words for it. */
export const Choices = <One extends Choice>({ says, all, chosen, choose, noteOn, isFixed = false }: Props<One>) => (
  <fieldset className={style.choices} disabled={isFixed}>
    <legend>{says}</legend>
    {all.map((one) => {
      const note = noteOn?.(one)
      return (
        <label key={one.name} className={style.one}>
          <input
            type="checkbox"
            checked={chosen.includes(one.name)}
            onChange={({ target }) =>
              choose(target.checked ? [...chosen, one.name] : chosen.filter((name) => name !== one.name))
            }
          />
          <span>
            {one.words}
            {note && <em>{note}</em>}
          </span>
        </label>
      )
    })}
  </fieldset>
)
