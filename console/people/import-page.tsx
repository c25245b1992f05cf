import { type ChangeEvent, useState } from 'react'
import type { Import } from '../../client/lists.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { lists } from '../live/lists.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import settings from '../settings/settings.module.css'
import { useTitle } from '../shell/use-title.ts'
import { ImportMapping } from './import-mapping.tsx'
import { ImportOutcome } from './import-outcome.tsx'
import style from './people.module.css'
import { useImports, useRenewed } from './use-lists.ts'

const steps = [
  { says: '1. The file', of: [] as string[] },
  { says: '2. What its columns are', of: ['uploaded', 'mapped'] },
  { says: '3. A dry run', of: ['validating', 'validated'] },
  { says: '4. The import', of: ['running', 'completed'] },
]

/** People from a file: looked at, mapped, tried, and done. */
export const ImportPage = () => {
  const { data, error, refetch } = useImports()
  const [id, setId] = useState<string | null>(null)
  const [sample, setSample] = useState<string[][]>([])
  const one = data?.items.find((found) => found.id === id)
  useTitle('Import')
  return (
    <div className={page.page}>
      <h1>Import people</h1>
      <ol className={style.steps} aria-label="Steps">
        {steps.map(({ says, of }, index) => {
          const isNow = one ? of.includes(one.status) : index === 0
          return (
            <li key={says} aria-current={isNow ? 'step' : undefined}>
              {says}
            </li>
          )
        })}
      </ol>
      {error && !data && <Trouble error={error} what="The imports cannot be read." again={() => void refetch()} />}
      {one ? (
        <Chosen key={one.id} one={one} sample={sample} leave={() => setId(null)} />
      ) : (
        <Upload
          made={(made) => {
            setSample(made.sample)
            setId(made.id)
          }}
        />
      )}
      {!one && data && data.items.length > 0 && <Before imports={data.items} choose={setId} />}
    </div>
  )
}

const Upload = ({ made }: { made(made: Import & { sample: string[][] }): void }) => {
  const renewed = useRenewed('imports')
  const { failed, isBusy, ...doing } = useDoing()
  const take = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? []
    if (!file) return
    void doing.do(async () => {
      const found = await lists.upload(file, file.name)
      await renewed()
      made(found)
    })
    target.value = ''
  }
  return (
    <section aria-labelledby="file">
      <h2 id="file">A file</h2>
      <p>
        A CSV file of up to 50 MB, as every spreadsheet and every other product writes it. Its first line names the
        columns. Nothing is changed before you have seen what would become of each row, and nobody gets a message for
        it.
      </p>
      <label className={page.find}>
        The file
        <input type="file" accept=".csv,.txt,.tsv,text/csv" disabled={isBusy} onChange={take} />
      </label>
      {isBusy && <p role="status">It is being read …</p>}
      {failed && <Trouble error={failed} what="This file was not taken." />}
    </section>
  )
}

interface ChosenProps {
  one: Import
  sample: string[][]
  leave(): void
}

const Chosen = ({ one, sample, leave }: ChosenProps) => {
  const isMapped = one.status === 'uploaded' || one.status === 'mapped'
  return (
    <>
      <p>
        <b>
          <bdi>{one.fileName}</bdi>
        </b>{' '}
        <small>
          {String(one.columns.length)} columns, {one.encoding}
        </small>{' '}
        <Button tone="quiet" onClick={leave}>
          Another file
        </Button>
      </p>
      {isMapped ? <ImportMapping one={one} sample={sample} /> : <ImportOutcome one={one} />}
    </>
  )
}

const words: Record<Import['status'], string> = {
  uploaded: 'waits to be mapped',
  mapped: 'waits to be tried',
  validating: 'is being tried',
  validated: 'was tried, and waits',
  running: 'is under way',
  completed: 'is done',
  failed: 'failed',
  cancelled: 'was stopped',
}

const Before = ({ imports, choose }: { imports: readonly Import[]; choose(id: string): void }) => {
  const times = timesIn(useSession().workspace.timezone)
  return (
    <section aria-labelledby="before">
      <h2 id="before">Before</h2>
      <ul className={settings.rows} aria-label="Imports">
        {imports.map(({ id, fileName, status, createdAt }) => (
          <li key={id}>
            <span>
              <b>
                <bdi>{fileName}</bdi>
              </b>
              <small>
                <span className="figures">{times.full(createdAt)}</span> {words[status]}
              </small>
            </span>
            <Button tone="quiet" aria-label={`Open ${fileName}`} onClick={() => choose(id)}>
              Open
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
