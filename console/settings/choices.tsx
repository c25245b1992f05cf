import style from './choices.module.css'

interface Choice {
  name: string
  words: string
}

interface Props<One extends Choice> {
  /** What stands over all of them. */
  says: string
  /** What stands over them is heard, and not seen. */
  isUnseen?: boolean
  /** All of them can be chosen at once. */
  hasWhole?: boolean
  all: readonly One[]
  chosen: readonly One['name'][]
  choose: (chosen: One['name'][]) => void
  /** What stands behind one that is not as usual. */
  noteOn?: (one: One) => string | null
  isFixed?: boolean
}

/** Many of one kind, what somebody may do say: to be ticked, by the words for it. */
export const Choices = <One extends Choice>(props: Props<One>) => {
  const { says, isUnseen = false, hasWhole = false, all, chosen, choose, noteOn, isFixed = false } = props
  const turn = (one: One, isOn: boolean) =>
    choose(within(all, chosen, ({ name }) => (name === one.name ? isOn : chosen.includes(name))))
  return (
    <fieldset className={style.choices} disabled={isFixed}>
      <legend className={isUnseen ? 'unseen' : undefined}>{says}</legend>
      {hasWhole && <Whole says={says} all={all} chosen={chosen} choose={choose} />}
      {all.map((one) => {
        const note = noteOn?.(one)
        return (
          <label key={one.name} className={style.one}>
            <input
              type="checkbox"
              checked={chosen.includes(one.name)}
              onChange={({ target }) => turn(one, target.checked)}
            />
            <span>
              <bdi>{one.words}</bdi>
              {note && <em>{note}</em>}
            </span>
          </label>
        )
      })}
    </fieldset>
  )
}

/** What is chosen and not among them stays chosen; what is, comes in their order. */
const within = <One extends Choice>(
  all: readonly One[],
  chosen: readonly One['name'][],
  isOn: (one: One) => boolean,
): One['name'][] => [
  ...chosen.filter((name) => all.every((one) => one.name !== name)),
  ...all.filter(isOn).map(({ name }) => name),
]

const Whole = <One extends Choice>({
  says,
  all,
  chosen,
  choose,
}: Pick<Props<One>, 'says' | 'all' | 'chosen' | 'choose'>) => {
  const count = all.filter(({ name }) => chosen.includes(name)).length
  return (
    <label className={`${style.one ?? ''} ${style.whole ?? ''}`}>
      <input
        type="checkbox"
        ref={(box) => {
          if (box) box.indeterminate = count > 0 && count < all.length
        }}
        aria-label={`All of it: ${says}`}
        checked={count === all.length}
        onChange={({ target }) => choose(within(all, chosen, () => target.checked))}
      />
      <span>All of it</span>
    </label>
  )
}
