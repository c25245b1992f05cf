import { useMembers } from '../live/use-session.ts'
import { OptionList, useOptionList } from './option-list.tsx'

interface Asked {
  /** Only a note asks for colleagues. */
  isNote: boolean
  text: string
  change: (text: string) => void
}

const shownMax = 6
const opens = /(?:^|\s)@([\p{L}\p{N}._-]{0,40})$/u

/** Colleagues whose names fit what follows an `@`. */
export function useMentionPicker({ isNote, text, change }: Asked) {
  const { members, me } = useMembers()
  const wanted = isNote ? opens.exec(text)?.[1]?.toLocaleLowerCase() : undefined
  const fits = ({ id, name }: { id: string; name: string }) =>
    wanted !== undefined && id !== me.id && name.toLocaleLowerCase().includes(wanted)
  const take = ({ name }: { name: string }) => change(`${text.slice(0, text.length - (wanted?.length ?? 0))}${name} `)
  return useOptionList({ text, found: members.filter(fits).slice(0, shownMax), take })
}

/** Whom a note names: everybody whose whole name follows an `@` in it. */
export function mentionedIn(text: string, members: readonly { id: string; name: string }[]): string[] {
  const words = text.toLocaleLowerCase()
  return members.filter(({ name }) => words.includes(`@${name.toLocaleLowerCase()}`)).map(({ id }) => id)
}

export const MentionPicker = ({ picker }: { picker: ReturnType<typeof useMentionPicker> }) => (
  <OptionList list={picker} says="Colleagues">
    {({ name }) => (
      <>
        <b>@</b>
        <bdi>{name}</bdi>
      </>
    )}
  </OptionList>
)
