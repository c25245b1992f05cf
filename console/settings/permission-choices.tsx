import { useState } from 'react'
import type { PermissionLine } from '../../client/access.ts'
import { byArea } from '../../kernel/permission-areas.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { Choices } from './choices.tsx'
import style from './choices.module.css'

interface Props {
  all: readonly PermissionLine[]
  chosen: readonly string[]
  choose: (chosen: string[]) => void
  /** What stands behind one that is not as usual. */
  noteOn?: (one: PermissionLine) => string | null
  isFixed?: boolean
}

/** What somebody or something may do: by area, each as a whole or one by one, and found by what it is called. */
export const PermissionChoices = ({ all, chosen, choose, ...rest }: Props) => {
  const [sought, setSought] = useState('')
  const word = sought.trim().toLowerCase()
  const found = all.filter(({ name, words }) => `${words} ${name}`.toLowerCase().includes(word))
  return (
    <div className={style.areas}>
      <label className={page.find}>
        Find among all of them
        <input
          type="search"
          maxLength={60}
          value={sought}
          onChange={({ target }) => setSought(target.value)}
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
        />
      </label>
      {byArea(found).map(([area, ones]) => (
        <Choices
          key={area}
          says={area}
          hasWhole={word === '' && ones.length > 1}
          all={ones}
          chosen={chosen}
          choose={choose}
          {...rest}
        />
      ))}
      {found.length === 0 && <p className={page.none}>Nothing is called so.</p>}
      <p className={page.none} role="status">
        {chosen.length} of {all.length} chosen
      </p>
    </div>
  )
}

/** What a program needs that writes to people and reads what they answer. */
const messaging: readonly string[] = [
  ...['conversations.read', 'conversations.write', 'messages.search', 'templates.read', 'replies.read'],
  ...['people.read', 'people.write', 'files.read', 'files.write', 'channels.read'],
]

const presets: readonly (readonly [says: string, has: (name: string) => boolean])[] = [
  ['Read only', (name) => name.endsWith('.read') || name === 'messages.search'],
  ['Messaging', (name) => messaging.includes(name)],
  ['Everything', () => true],
  ['Nothing', () => false],
]

/** What is chosen most often, with one press. */
export const Presets = ({ all, choose }: Pick<Props, 'all' | 'choose'>) => (
  <div role="group" aria-label="What it may do, to begin with" className={style.presets}>
    {presets.map(([says, has]) => (
      <Button key={says} onClick={() => choose(all.map(({ name }) => name).filter(has))}>
        {says}
      </Button>
    ))}
  </div>
)

/** What was chosen, to be read. */
export const Permitted = ({ all, chosen }: Pick<Props, 'all' | 'chosen'>) => {
  const known = all.filter(({ name }) => chosen.includes(name))
  const unknown = chosen.filter((name) => all.every((one) => one.name !== name))
  const lines = [...known, ...unknown.map((name) => ({ name, words: name }))]
  return (
    <dl className={style.permitted}>
      {byArea(lines).map(([area, ones]) => (
        <div key={area}>
          <dt>{area}</dt>
          {ones.map(({ name, words }) => (
            <dd key={name}>{words}</dd>
          ))}
        </div>
      ))}
    </dl>
  )
}
