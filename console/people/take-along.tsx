import { Trouble } from '../inbox/trouble.tsx'
import { timesIn } from '../inbox/times.ts'
import { lists } from '../live/lists.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import style from './people.module.css'
import { useExports, useRenewed } from './use-lists.ts'

const shownMax = 5

/** A segment, or everybody, as a CSV file. */
export const TakeAlong = ({ segmentId }: { segmentId: string | null }) => {
  const files = useExports(true).data?.items.slice(0, shownMax) ?? []
  const times = timesIn(useSession().workspace.timezone)
  const renewed = useRenewed('exports')
  const { failed, isBusy, ...doing } = useDoing()
  const make = () => void doing.do(() => lists.export({ segmentId }).finally(renewed))
  const open = (id: string) => void doing.do(async () => location.assign((await lists.exportLink(id)).url))
  return (
    <section aria-labelledby="along">
      <h2 id="along">Take them along</h2>
      <p>
        {segmentId === null ? 'Everybody' : 'This segment'} as a file for a spreadsheet. It is kept for a week, and who
        made and fetched it stands in the audit.
      </p>
      <div className={style.buttons}>
        <Button disabled={isBusy} onClick={make}>
          Make a file
        </Button>
      </div>
      {files.length > 0 && (
        <ul className={page.plain} aria-label="Files">
          {files.map(({ id, createdAt, status, rows, why }) => (
            <li key={id}>
              <span className="figures">{times.full(createdAt)}</span>{' '}
              {status === 'running' && `is being made: ${String(rows)} people so far`}
              {status === 'failed' && (why ?? 'could not be made')}
              {status === 'ready' && (
                <Button tone="quiet" disabled={isBusy} onClick={() => open(id)}>
                  {rows === 1 ? 'Fetch one person' : `Fetch ${String(rows)} people`}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {failed && <Trouble error={failed} what="It did not work." />}
    </section>
  )
}
