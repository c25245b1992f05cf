import { queryOptions, useQuery } from '@tanstack/react-query'
import { tools } from '../live/tools.ts'
import style from './tag-word.module.css'

// The server's name of what is kept stands in the key: a signal that a tag changed has them read anew.
const coloursQuery = queryOptions({
  queryKey: ['tags', 'colours'],
  queryFn: async () => new Map((await tools.tagColours()).items.map(({ label, colour }) => [label, colour])),
  staleTime: 5 * 60_000,
  retry: false,
})

/** The colours that the business gave its tags, by label. */
export const useTagColours = (): ReadonlyMap<string, string> => useQuery(coloursQuery).data ?? none
const none: ReadonlyMap<string, string> = new Map()

const Dot = ({ colour }: { colour: string }) => (
  <span className={style.dot} style={{ background: colour }} aria-hidden="true" />
)

/** What a tag looks like wherever it stands; the colour is beside the word, which stays as easy to read. */
export const TagWord = ({ label }: { label: string }) => {
  const colour = useTagColours().get(label)
  return (
    <>
      {colour !== undefined && <Dot colour={colour} />}
      <bdi>{label}</bdi>
    </>
  )
}

/** Where there is no room for words: those tags that have a colour, as that. */
export const TagDots = ({ tags }: { tags: readonly string[] }) => {
  const colours = useTagColours()
  const shown = tags.flatMap((label) => {
    const colour = colours.get(label)
    return colour === undefined ? [] : [{ label, colour }]
  })
  if (shown.length === 0) return null
  return (
    <span className={style.dots} title={shown.map(({ label }) => label).join(', ')}>
      {shown.slice(0, dotsMax).map(({ label, colour }) => (
        <Dot key={label} colour={colour} />
      ))}
      <span className="unseen">Tags: {shown.map(({ label }) => label).join(', ')}</span>
    </span>
  )
}
const dotsMax = 5

/** Tags that are typed, with commas: as they are shown elsewhere. */
export const TypedTags = ({ tags }: { tags: readonly string[] }) => {
  const colours = useTagColours()
  const shown = tags.map((tag) => tag.trim()).filter((tag) => colours.has(tag))
  if (shown.length === 0) return null
  return (
    <span className={style.typed}>
      {shown.map((tag) => (
        <span key={tag}>
          <TagWord label={tag} />
        </span>
      ))}
    </span>
  )
}
