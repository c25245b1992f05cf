import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Tenancy } from '../../client/operators.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { bytesOf, figure } from '../operations/cells.tsx'
import { Button } from '../parts/button.tsx'
import { operators } from './operators.ts'
import style from './platform.module.css'

type Quotas = Tenancy['quotas']

interface Quota {
  name: keyof Quotas
  says: string
  /** In the unit in which it is typed. */
  min: number
  max: number
  step: number
  unit: number
}
const gigabyte = 1_000_000_000
const all: readonly Quota[] = [
  { name: 'members', says: 'Members', min: 1, max: 500, step: 1, unit: 1 },
  { name: 'channels', says: 'Channels', min: 1, max: 200, step: 1, unit: 1 },
  { name: 'requestsPerMinute', says: 'Requests a minute', min: 1, max: 1_000_000, step: 1, unit: 1 },
  { name: 'storageBytes', says: 'Files, GB', min: 0, max: 9_000_000, step: 0.1, unit: gigabyte },
]
const typed = ({ name, unit }: Quota, quotas: Quotas) => String(Math.round((quotas[name] / unit) * 10) / 10)

/** What a workspace may use. What is not typed anew stays to the byte. */
export const QuotasForm = ({ one: { id, name, quotas }, done }: { one: Tenancy; done: () => void }) => {
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const before = Object.fromEntries(all.map((each) => [each.name, typed(each, quotas)])) as Record<keyof Quotas, string>
  const [said, setSaid] = useState(before)
  const changed = all.filter((each) => said[each.name] !== before[each.name])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const change = Object.fromEntries(
      changed.map((each) => [each.name, Math.round(Number(said[each.name]) * each.unit)]),
    )
    void doing.do(async () => {
      await operators.setQuotas(id, change)
      await cache.invalidateQueries({ queryKey: ['platform', 'workspaces'] })
      done()
    })
  }
  return (
    <form className={style.quotas} onSubmit={submit} aria-label={`What ${name} may use`}>
      {all.map((each) => (
        <label key={each.name}>
          {each.says}
          <input
            type="number"
            required
            {...{ min: each.min, max: each.max, step: each.step }}
            value={said[each.name]}
            onChange={({ target }) => setSaid({ ...said, [each.name]: target.value })}
          />
        </label>
      ))}
      <div>
        <Button tone="main" type="submit" disabled={isBusy || changed.length === 0}>
          Save
        </Button>
        <Button onClick={done}>Leave it as it is</Button>
      </div>
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </form>
  )
}

/** The same, to be read. */
export const quotasIn = ({ quotas, ...one }: Tenancy): readonly (readonly [name: string, says: string])[] => [
  ['Members', `${figure(one.members)} of ${figure(quotas.members)}`],
  ['Channels', `${figure(quotas.channels)} at most`],
  ['Requests', `${figure(quotas.requestsPerMinute)} a minute at most`],
  ['Files', `${bytesOf(one.storageBytes)} of ${bytesOf(quotas.storageBytes)}`],
]
