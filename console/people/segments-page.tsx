import { type FormEvent, useState } from 'react'
import type { FilterField, Segment, SegmentFields } from '../../client/lists.ts'
import type { Filter } from '../../client/tools.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { lists } from '../live/lists.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import settings from '../settings/settings.module.css'
import { useTitle } from '../shell/use-title.ts'
import { type Drawn, drawn, FilterEditor, filterOf } from './filter-editor.tsx'
import style from './people.module.css'
import { useCounts, useFields, useRenewed, useSegments } from './use-lists.ts'
import { filterWords } from './words.ts'

const none: Drawn = { joins: 'all', rows: [] }
const noFields: FilterField[] = []
const blank: Pick<Segment, 'name' | 'kind' | 'filter'> = { name: '', kind: 'dynamic', filter: { all: [] } }

/** Groups of people that find themselves, and lists by hand. */
export const SegmentsPage = () => {
  const { data, error, refetch } = useSegments()
  const fields = useFields().data?.items ?? noFields
  const [open, setOpen] = useState<string | null>(null)
  const isTheirs = mayIn(useSession(), 'segments.manage')
  useTitle('Segments')
  return (
    <div className={page.page}>
      <h1>Segments</h1>
      {error && !data && <Trouble error={error} what="The segments cannot be read." again={() => void refetch()} />}
      {data?.items.length === 0 && <p className={page.none}>No segments yet. One is made below.</p>}
      {data && data.items.length > 0 && (
        <ul className={settings.rows} aria-label="Segments">
          {data.items.map((segment) => (
            <One
              key={segment.id}
              segment={segment}
              fields={fields}
              isTheirs={isTheirs}
              isOpen={open === segment.id}
              turn={() => setOpen(open === segment.id ? null : segment.id)}
            />
          ))}
        </ul>
      )}
      {isTheirs && fields.length > 0 && (
        <section aria-labelledby="new-segment">
          <h2 id="new-segment">A new segment</h2>
          <Edit fields={fields} />
        </section>
      )}
    </div>
  )
}

const figure = (count: number) => count.toLocaleString('en')

const Count = ({ id }: { id: string }) => {
  const count = useCounts().data?.items.find((one) => one.id === id)?.count
  if (count === undefined || count === null) return <em>being counted</em>
  return <em>{count === 1 ? 'one person' : `${figure(count)} people`}</em>
}

interface OneProps {
  segment: Segment
  fields: readonly FilterField[]
  isTheirs: boolean
  isOpen: boolean
  turn(): void
}

const One = ({ segment, fields, isTheirs, isOpen, turn }: OneProps) => {
  const renewed = useRenewed('segments')
  const { failed, isBusy, ...doing } = useDoing()
  const { id, name, kind, filter } = segment
  const says =
    kind === 'static' ? 'A list by hand: people are put on it in the list of people' : filterWords(filter, fields)
  return (
    <li>
      <span>
        <b>
          <bdi>{name}</bdi>
        </b>
        <Count id={id} />
        <small>{says}</small>
      </span>
      {isTheirs && (
        <>
          <Button tone="quiet" aria-expanded={isOpen} aria-label={`Change ${name}`} onClick={turn}>
            Change
          </Button>
          <Button
            tone="quiet"
            aria-label={`Delete ${name}`}
            disabled={isBusy}
            onClick={() => void doing.do(() => lists.removeSegment(segment).finally(renewed))}
          >
            Delete
          </Button>
        </>
      )}
      {isOpen && <Edit key={segment.rev} segment={segment} fields={fields} done={turn} />}
      {failed && <Trouble error={failed} what="It was not deleted." />}
    </li>
  )
}

interface EditProps {
  segment?: Segment
  fields: readonly FilterField[]
  done?(): void
}

const Edit = ({ segment, fields, done }: EditProps) => {
  const { name: before, kind: itsKind, filter: asked } = segment ?? blank
  const [name, setName] = useState(before)
  const [kind, setKind] = useState(itsKind)
  const asRows = drawn(asked)
  const [rows, setRows] = useState(asRows ?? none)
  const keep = useKeep(segment, () => {
    if (segment) return done?.()
    setName('')
    setRows(none)
  })
  const filter = asRows !== undefined && kind === 'dynamic' ? filterOf(rows, fields) : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    keep.it({ name: name.trim(), kind, ...(filter && { filter }) })
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <label>
        What it is called
        <input required dir="auto" maxLength={80} value={name} onChange={({ target }) => setName(target.value)} />
      </label>
      {!segment && <Kind kind={kind} choose={setKind} />}
      {filter && <FilterEditor drawn={rows} fields={fields} change={setRows} />}
      {asRows === undefined && <p>Its filter has groups within groups: it is changed over the API.</p>}
      {filter && <Preview filter={filter} />}
      {keep.failed && <Trouble error={keep.failed} what="It was not kept." />}
      <div className={style.buttons}>
        <Button tone="main" type="submit" disabled={keep.isBusy}>
          {segment ? 'Keep it' : 'Make it'}
        </Button>
      </div>
    </form>
  )
}

const Kind = ({ kind, choose }: { kind: Segment['kind']; choose(kind: Segment['kind']): void }) => (
  <label>
    Who is in it
    <select value={kind} onChange={({ target }) => choose(target.value === 'static' ? 'static' : 'dynamic')}>
      <option value="dynamic">Whoever it is so of, at any time</option>
      <option value="static">Whom somebody puts there</option>
    </select>
  </label>
)

/** Keeps a segment, new or changed. */
function useKeep(segment: Segment | undefined, kept: () => void) {
  const renewed = useRenewed('segments', 'people')
  const { failed, isBusy, ...doing } = useDoing()
  const it = (fields: Partial<SegmentFields> & { name: string }) =>
    void doing.do(async () => {
      if (segment) await lists.changeSegment(segment, fields)
      else await lists.makeSegment(fields)
      await renewed()
      kept()
    })
  return { it, failed, isBusy }
}

const Preview = ({ filter }: { filter: Filter }) => {
  const [found, setFound] = useState<{ of: string; count: number; names: string }>()
  const { failed, isBusy, ...doing } = useDoing()
  const asked = JSON.stringify(filter)
  const look = () =>
    void doing.do(async () => {
      const { count, items } = await lists.preview(filter)
      setFound({ of: asked, count, names: items.map(({ name }) => name || 'somebody').join(', ') })
    })
  return (
    <div>
      <Button disabled={isBusy} onClick={look}>
        Who is that now?
      </Button>
      {found?.of === asked && (
        <p role="status">
          {found.count === 1 ? 'One person' : `${figure(found.count)} people`}
          {found.names !== '' && (
            <>
              : <bdi>{found.names}</bdi>
              {found.count > 10 && ' …'}
            </>
          )}
        </p>
      )}
      {failed && <Trouble error={failed} what="It could not be looked up." />}
    </div>
  )
}
