import { useState } from 'react'
import type { FilterField, Segment, SegmentFields } from '../../client/lists.ts'
import type { Filter } from '../../client/tools.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { lists } from '../live/lists.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { ChoiceField, NameField } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import { Form } from '../settings/form.tsx'
import { Another, Listed, Row } from '../settings/listed.tsx'
import { useTitle } from '../shell/use-title.ts'
import { type Drawn, drawn, FilterEditor, filterOf } from './filter-editor.tsx'
import { useCounts, useFields, useRenewed, useSegments } from './use-lists.ts'
import { filterWords } from './words.ts'

const none: Drawn = { joins: 'all', rows: [] }
const noFields: FilterField[] = []
const blank: Pick<Segment, 'name' | 'kind' | 'filter'> = { name: '', kind: 'dynamic', filter: { all: [] } }

/** Groups of people that find themselves, and lists by hand. */
export const SegmentsPage = () => {
  const { data, error, refetch } = useSegments()
  const fields = useFields().data?.items ?? noFields
  const renewed = useRenewed('segments', 'people')
  const isTheirs = mayIn(useSession(), 'segments.manage')
  useTitle('Segments')
  return (
    <div className={page.page}>
      <h1>Segments</h1>
      <Listed
        says="Segments"
        items={data?.items}
        error={error}
        again={refetch}
        unread="The segments cannot be read."
        none="No segments yet. One is made below."
      >
        {(segment) => (
          <One key={`${segment.id}/${String(segment.rev)}`} segment={segment} fields={fields} isTheirs={isTheirs} />
        )}
      </Listed>
      {isTheirs && fields.length > 0 && (
        <Another title="A new segment" make={(said: Said) => lists.makeSegment(said).then(renewed)}>
          {(submit) => <SegmentForm fields={fields} submit={submit} />}
        </Another>
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
}

const One = ({ segment, fields, isTheirs }: OneProps) => {
  const renewed = useRenewed('segments', 'people')
  const { id, name, kind, filter } = segment
  const says =
    kind === 'static' ? 'A list by hand: people are put on it in the list of people' : filterWords(filter, fields)
  const change = (said: Said) => lists.changeSegment(segment, said).then(renewed)
  return (
    <Row
      name={name}
      {...(isTheirs && {
        form: <SegmentForm segment={segment} fields={fields} submit={change} />,
        acts: [{ says: 'Delete', do: () => lists.removeSegment(segment).finally(renewed) }],
      })}
      what="It was not deleted."
    >
      <Count id={id} />
      <small>{says}</small>
    </Row>
  )
}

type Said = Partial<SegmentFields> & { name: string }
const kinds = [
  ['dynamic', 'Whoever it is so of, at any time'],
  ['static', 'Whom somebody puts there'],
] as const

interface FormProps {
  segment?: Segment
  fields: readonly FilterField[]
  submit: (said: Said) => Promise<unknown>
}

const SegmentForm = ({ segment, fields, submit }: FormProps) => {
  const { name: before, kind: itsKind, filter: asked } = segment ?? blank
  const [name, setName] = useState(before)
  const [kind, setKind] = useState(itsKind)
  const asRows = drawn(asked)
  const [rows, setRows] = useState(asRows ?? none)
  const filter = asRows !== undefined && kind === 'dynamic' ? filterOf(rows, fields) : undefined
  return (
    <Form
      says={segment ? 'Keep it' : 'Make it'}
      submit={() => submit({ name: name.trim(), kind, ...(filter && { filter }) })}
      what="It was not kept."
      isWide
    >
      <NameField max={80} value={name} change={setName} />
      {!segment && <ChoiceField says="Who is in it" value={kind} options={kinds} change={setKind} />}
      {filter && <FilterEditor drawn={rows} fields={fields} change={setRows} />}
      {asRows === undefined && <p>Its filter has groups within groups: it is changed over the API.</p>}
      {filter && <Preview filter={filter} />}
    </Form>
  )
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
