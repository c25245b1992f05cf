import { useQuery } from '@tanstack/react-query'
import type { Import, ImportCounts } from '../../client/lists.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { lists } from '../live/lists.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import style from './people.module.css'
import { useRenewed } from './use-lists.ts'

const outcomeWords: Record<keyof ImportCounts, string> = {
  created: 'new',
  updated: 'changed',
  unchanged: 'as they were',
  refused: 'refused',
}
const refusedMax = 50
const isUnderWay = ({ status }: Import) => status === 'validating' || status === 'running'

/** What would become of the rows, or did. */
export const ImportOutcome = ({ one }: { one: Import }) => {
  const renewed = useRenewed('imports', 'people', 'segments')
  const { failed, isBusy, ...doing } = useDoing()
  const act = (work: () => Promise<unknown>) => void doing.do(() => work().finally(renewed))
  const isDry = one.status === 'validating' || one.status === 'validated'
  const counts = isDry ? one.dryCounts : one.counts
  return (
    <section aria-labelledby="outcome">
      <h2 id="outcome">{headOf(one)}</h2>
      {isUnderWay(one) && <Progress one={one} />}
      {counts && <Counts counts={counts} isDry={isDry} />}
      {one.why !== null && <p className={page.why}>{one.why}</p>}
      <Deeds one={one} isBusy={isBusy} act={act} />
      {failed && <Trouble error={failed} what="It did not work." />}
      {!isUnderWay(one) && <Refused id={one.id} />}
    </section>
  )
}

interface DeedsProps {
  one: Import
  isBusy: boolean
  act(work: () => Promise<unknown>): void
}

const Deeds = ({ one, isBusy, act }: DeedsProps) => (
  <div className={style.buttons}>
    {one.status === 'validated' && (
      <Button tone="main" disabled={isBusy} onClick={() => act(() => lists.runImport(one.id))}>
        Import them
      </Button>
    )}
    {(isUnderWay(one) || one.status === 'validated') && (
      <Button disabled={isBusy} onClick={() => act(() => lists.cancelImport(one.id))}>
        {one.status === 'running' ? 'Stop' : 'Do not import'}
      </Button>
    )}
    {!isUnderWay(one) && (
      <Button disabled={isBusy} onClick={() => act(() => keepReport(one))}>
        The report, row by row
      </Button>
    )}
  </div>
)

function headOf({ status }: Import): string {
  if (status === 'validating') return 'It is being tried'
  if (status === 'validated') return 'So it would be'
  if (status === 'running') return 'It is under way'
  if (status === 'cancelled') return 'It was stopped: what was done stays'
  return status === 'failed' ? 'It failed' : 'It is done'
}

const Progress = ({ one: { cursor, rows } }: { one: Import }) => (
  <p role="status">
    <progress value={cursor} max={rows ?? undefined} aria-label="How far it is" /> row {cursor.toLocaleString('en')}
    {rows !== null && ` of ${rows.toLocaleString('en')}`}. It goes on when you leave this page.
  </p>
)

const Counts = ({ counts, isDry }: { counts: ImportCounts; isDry: boolean }) => (
  <ul className={style.counts} aria-label={isDry ? 'What would become of them' : 'What became of them'}>
    {Object.entries(outcomeWords).map(([outcome, says]) => (
      <li key={outcome}>
        <b className="figures">{counts[outcome as keyof ImportCounts].toLocaleString('en')}</b> {says}
      </li>
    ))}
  </ul>
)

const Refused = ({ id }: { id: string }) => {
  const { data } = useQuery({
    queryKey: ['imports', id, 'refused'],
    queryFn: () => lists.importRows(id, { outcome: 'refused', limit: refusedMax }),
    staleTime: 0,
  })
  if (!data || data.items.length === 0) return null
  return (
    <div className={page.wide} tabIndex={0} role="region" aria-label="Rows that are refused">
      <table>
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Why it is refused</th>
          </tr>
        </thead>
        <tbody>
          {data.items.map(({ n, why, code }) => (
            <tr key={n}>
              <th scope="row" className="figures">
                {n}
              </th>
              <td>
                <bdi>{why ?? code}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {data.nextCursor !== null && <p className={page.none}>And more: the report has all of them.</p>}
    </div>
  )
}

async function keepReport({ id, fileName }: Import) {
  const url = URL.createObjectURL(new Blob([await lists.importReport(id)], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `report of ${fileName.replace(/\.\w+$/, '')}.csv`
  link.click()
  URL.revokeObjectURL(url)
}
