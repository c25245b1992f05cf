import type { AuditSearch } from '../../client/audit.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { audit } from '../live/audit.ts'
import { useDoing } from '../live/use-doing.ts'
import { useMembers } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { ChoiceField } from '../parts/fields.tsx'
import style from '../parts/page.module.css'
import { useActing, useActions } from './use-watch.ts'

interface Props {
  search: AuditSearch
  change: (search: AuditSearch) => void
}

const kinds = [
  ['', 'Everything'],
  ['without', 'What was done'],
  ['only', 'What was read'],
] as const
/** `member.changed` as it is read. */
export const actionWords = (action: string) => action.replaceAll(/[._]/g, ' ')
const dayMs = 24 * 60 * 60_000

/** What is looked for, and the same as a file. */
export const AuditFilter = ({ search, change }: Props) => {
  const { members } = useMembers()
  const { failed, isBusy, ...doing } = useDoing()
  const set = (name: keyof AuditSearch, value: string) => {
    const { [name]: _, ...rest } = search
    change(value === '' ? rest : { ...rest, [name]: value })
  }
  const save = () => void doing.do(async () => keep(await audit.file(search)))
  return (
    <section aria-label="Which entries">
      <div className={style.choice}>
        <label className={style.short}>
          What
          <select value={search.reads ?? ''} onChange={({ target }) => set('reads', target.value)}>
            {kinds.map(([value, says]) => (
              <option key={value} value={value}>
                {says}
              </option>
            ))}
          </select>
        </label>
        <label className={style.short}>
          Who
          <select value={search.actorId ?? ''} onChange={({ target }) => set('actorId', target.value)}>
            <option value="">Anybody</option>
            {members.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <Acting actingId={search.actingId} choose={(id) => set('actingId', id)} />
        <Acts action={search.action} choose={(action) => set('action', action)} />
        <Days search={search} set={set} />
        <label>
          On which record, by its id
          <input
            maxLength={200}
            value={search.targetId ?? ''}
            onChange={({ target }) => set('targetId', target.value)}
          />
        </label>
        <Button onClick={save} disabled={isBusy}>
          Save as a file
        </Button>
      </div>
      {failed && <Trouble error={failed} what="There is no file." />}
    </section>
  )
}

/** Of operators one is told that they are: nobody is to take them for colleagues. */
const Acting = ({ actingId = '', choose }: { actingId: string | undefined; choose: (id: string) => void }) => {
  const acting = useActing().data?.items ?? []
  if (acting.length === 0) return null
  return (
    <div className={style.short}>
      <ChoiceField
        says="Acting as another"
        value={actingId}
        options={[
          ['', 'Whether or not'],
          ...acting.map(
            ({ id, name }) => [id, id.startsWith('opr_') ? `Operator ${name ?? id}` : (name ?? id)] as const,
          ),
        ]}
        change={choose}
      />
    </div>
  )
}

const Acts = ({ action = '', choose }: { action: string | undefined; choose: (action: string) => void }) => {
  const actions = useActions()
  return (
    <label className={style.short}>
      Which act
      <select value={action} onChange={({ target }) => choose(target.value)}>
        <option value="">Any</option>
        {actions.data?.items.map((one) => (
          <option key={one} value={one}>
            {actionWords(one)}
          </option>
        ))}
      </select>
    </label>
  )
}

interface DaysProps {
  search: AuditSearch
  set: (name: 'from' | 'until', value: string) => void
}
const Days = ({ search: { from = '', until }, set }: DaysProps) => (
  <>
    <label className={style.short}>
      From
      <input type="date" value={from.slice(0, 10)} onChange={({ target }) => set('from', startOf(target.value))} />
    </label>
    <label className={style.short}>
      To
      <input
        type="date"
        value={until === undefined ? '' : new Date(Date.parse(until) - 1).toISOString().slice(0, 10)}
        onChange={({ target }) => set('until', startOf(target.value, dayMs))}
      />
    </label>
  </>
)

/** Days here are those of UTC, as the file has them. */
const startOf = (day: string, laterMs = 0) => (day === '' ? '' : new Date(Date.parse(day) + laterMs).toISOString())

function keep(file: Blob) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = 'audit.csv'
  link.click()
  URL.revokeObjectURL(link.href)
}
