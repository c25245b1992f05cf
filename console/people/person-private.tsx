import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { Profile } from '../../client/wire.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { records } from '../live/records.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import { Restriction } from './person-restriction.tsx'
import style from './person.module.css'

const groups = ['demographics', 'psychographics', 'metadata', 'custom', 'phoneConfig'] as const
const recordWords = {
  demographics: 'Demographics',
  psychographics: 'What moves them',
  metadata: 'More',
  custom: 'Own fields',
  phoneConfig: 'Telephone',
}

/** Each look is in the audit; nothing of it is in a stream. */
export const PrivatePart = ({ userId, rev }: { userId: string; rev: number }) => {
  const { data, error, refetch } = useQuery({
    queryKey: ['private', userId, rev],
    queryFn: () => records.private(userId),
  })
  const [gender, setGender] = useState<string | null>(null)
  const [address, setAddress] = useState<string | null>(null)
  const { failed, isBusy, ...doing } = useDoing()
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const change = { ...(gender !== null && { gender }), ...(address !== null && { address }) }
    await doing.do(() => records.updatePrivate(userId, change, rev))
  }
  if (error && !data) return <Trouble error={error} what="This cannot be read." again={() => void refetch()} />
  if (!data) return null
  return (
    <section aria-labelledby="private" className={style.part}>
      <h2 id="private">Sensitive</h2>
      <form className={style.form} onSubmit={(event) => void save(event)}>
        <label>
          Gender
          <input
            dir="auto"
            maxLength={60}
            value={gender ?? data.gender}
            onChange={({ target }) => setGender(target.value)}
          />
        </label>
        <label>
          Address
          <input
            dir="auto"
            maxLength={500}
            value={address ?? data.address}
            onChange={({ target }) => setAddress(target.value)}
          />
        </label>
        {failed && <Trouble error={failed} what="Nothing was changed." />}
        <div className={style.line}>
          <Button tone="main" type="submit" disabled={isBusy || (gender === null && address === null)}>
            Save
          </Button>
        </div>
      </form>
      {groups.map((name) => (
        <PrivateFields key={name} userId={userId} name={name} fields={data[name]} />
      ))}
    </section>
  )
}

interface FieldListProps {
  fields: Record<string, unknown>
  isBusy: boolean
  change(part: Record<string, null>): Promise<unknown>
}
const FieldList = ({ fields, isBusy, change }: FieldListProps) =>
  Object.keys(fields).length > 0 && (
    <ul className={style.list}>
      {Object.entries(fields).map(([field, one]) => (
        <li key={field}>
          <span>
            {field}: <bdi dir="auto">{String(one)}</bdi>
          </span>
          <Button
            tone="quiet"
            aria-label={`Remove ${field}`}
            disabled={isBusy}
            onClick={() => void change({ [field]: null })}
          >
            Remove
          </Button>
        </li>
      ))}
    </ul>
  )

const PrivateFields = ({
  userId,
  name,
  fields,
}: {
  userId: string
  name: (typeof groups)[number]
  fields: Record<string, unknown>
}) => {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const change = (part: Record<string, string | null>) =>
    doing.do(() => records.updatePrivate(userId, { [name]: part }))
  const add = async (event: FormEvent) => {
    event.preventDefault()
    if (!(await change({ [key]: value }))) return
    setKey('')
    setValue('')
  }
  return (
    <section aria-label={recordWords[name]} className={style.part}>
      <h3>{recordWords[name]}</h3>
      <FieldList fields={fields} isBusy={isBusy} change={change} />
      <form className={style.line} onSubmit={(event) => void add(event)}>
        <label>
          Field
          <input
            required
            maxLength={40}
            pattern="[a-z][a-z0-9_]*"
            placeholder="a_word"
            value={key}
            onChange={({ target }) => setKey(target.value)}
          />
        </label>
        <label>
          Value
          <input required dir="auto" maxLength={2000} value={value} onChange={({ target }) => setValue(target.value)} />
        </label>
        <Button type="submit" disabled={isBusy}>
          Add
        </Button>
      </form>
      {failed && <Trouble error={failed} what="Nothing was changed." />}
    </section>
  )
}

/** What the law gives them: everything to take along, and to be forgotten. */
export const DataPart = ({ profile }: { profile: Profile }) => {
  const { userId, name, erasedAt } = profile
  const [typed, setTyped] = useState('')
  const [exportId, setExportId] = useState<string | null>(null)
  const client = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const link = useQuery({
    queryKey: ['person-export', exportId],
    queryFn: () => records.exportLink(userId, exportId ?? ''),
    enabled: exportId !== null,
    retry: 20,
    retryDelay: 1_000,
  }).data
  const take = () => doing.do(async () => setExportId((await records.export(userId)).id))
  const erase = async (event: FormEvent) => {
    event.preventDefault()
    if (await doing.do(() => records.erase(userId, typed))) await client.invalidateQueries()
  }
  return (
    <section aria-labelledby="data" className={style.part}>
      <h2 id="data">Their data</h2>
      <p>Everything that is kept of them, files included, a line of JSON each. The link is good for ten minutes.</p>
      <div className={style.line}>
        <Button disabled={isBusy || exportId !== null} onClick={() => void take()}>
          {exportId !== null && !link ? 'Gathering …' : 'Gather it'}
        </Button>
        {link && (
          <a href={link.url} download={`${userId}.ndjson`}>
            Download
          </a>
        )}
      </div>
      {erasedAt === null && <Restriction profile={profile} />}
      {erasedAt === null && (
        <form className={style.part} onSubmit={(event) => void erase(event)}>
          <h3>Erase for good</h3>
          <p className={style.warn}>
            What they wrote, their addresses, files, notes and history go, and nobody can bring them back. Counts stay,
            and that nothing may be sent to their addresses.
          </p>
          <div className={style.line}>
            <label>
              Type “{name.trim() || userId}”
              <input required autoComplete="off" value={typed} onChange={({ target }) => setTyped(target.value)} />
            </label>
            <Button tone="urgent" type="submit" disabled={isBusy || typed.trim() !== (name.trim() || userId)}>
              Erase
            </Button>
          </div>
        </form>
      )}
      {failed && <Trouble error={failed} what="This was not done." />}
    </section>
  )
}
