import { type FormEvent, useState } from 'react'
import type { Import, ImportOptions } from '../../client/lists.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { channelWords } from '../../kernel/channel-words.ts'
import { lists } from '../live/lists.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import style from './people.module.css'
import { useFields, useRenewed, useSegments } from './use-lists.ts'

const targets = {
  name: 'Name',
  firstName: 'First name',
  lastName: 'Last name',
  phone: 'Telephone number',
  whatsapp: 'WhatsApp number',
  email: 'Mail address',
  stage: 'Stage',
  source: 'Source',
  tags: 'Tags',
  birthday: 'Birthday',
  timezone: 'Time zone',
  locale: 'Language',
}
const consentWords = {
  marketing: 'offers and news',
  operational: 'what concerns their matters',
  transactional: 'what they asked for',
}
const consents = Object.entries(channelWords).flatMap(([channel, says]) =>
  (['marketing', 'operational', 'transactional'] as const).map((purpose) => ({
    target: `consent.${channel}.${purpose}`,
    says: `${says}: ${consentWords[purpose]}`,
  })),
)

/** What each column of the file is, and what becomes of those who are known already. */
export const ImportMapping = ({ one, sample }: { one: Import; sample: string[][] }) => {
  const [mapping, setMapping] = useState(one.mapping)
  const [options, setOptions] = useState(one.options)
  const renewed = useRenewed('imports')
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      await lists.mapImport(one.id, mapping, options)
      await lists.validateImport(one.id)
      await renewed()
    })
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <Columns one={one} sample={sample} mapping={mapping} change={setMapping} />
      <Options options={options} change={setOptions} />
      {failed && <Trouble error={failed} what="It was not tried." />}
      <div className={style.buttons}>
        <Button tone="main" type="submit" disabled={isBusy}>
          Try it, and change nothing
        </Button>
      </div>
    </form>
  )
}

interface ColumnsProps {
  one: Import
  sample: string[][]
  mapping: (string | null)[]
  change(mapping: (string | null)[]): void
}

const Columns = ({ one, sample, mapping, change }: ColumnsProps) => {
  const put = (index: number, target: string) =>
    change(mapping.map((before, n) => (n === index ? target || null : before)))
  return (
    <div className={page.wide} tabIndex={0} role="region" aria-label="Columns of the file">
      <table>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Is</th>
            <th scope="col">For example</th>
          </tr>
        </thead>
        <tbody>
          {one.columns.map((column, index) => (
            // Two columns of a file may have one name: their place tells them apart.
            <tr key={index}>
              <th scope="row">
                <bdi>{column}</bdi>
              </th>
              <td className={style.map}>
                <TargetChoice column={column} chosen={mapping[index] ?? ''} choose={(target) => put(index, target)} />
              </td>
              <td>
                <bdi>
                  {sample
                    .map((row) => row[index] ?? '')
                    .filter(Boolean)
                    .slice(0, 3)
                    .join(', ')
                    .slice(0, 80)}
                </bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface TargetProps {
  column: string
  chosen: string
  choose(target: string): void
}

const TargetChoice = ({ column, chosen, choose }: TargetProps) => {
  const fields = useFields().data?.items ?? []
  const own = fields.filter(({ field, isArchived }) => field.startsWith('custom.') && !isArchived)
  return (
    <select aria-label={`What ${column} is`} value={chosen} onChange={({ target }) => choose(target.value)}>
      <option value="">Left out</option>
      {Object.entries(targets).map(([target, says]) => (
        <option key={target} value={target}>
          {says}
        </option>
      ))}
      {own.map(({ field, words }) => (
        <option key={field} value={field}>
          {words}
        </option>
      ))}
      <optgroup label="Whether they agreed, yes or no">
        {consents.map(({ target, says }) => (
          <option key={target} value={target}>
            {says}
          </option>
        ))}
      </optgroup>
    </select>
  )
}

const Options = ({ options, change }: { options: ImportOptions; change(options: ImportOptions): void }) => {
  const put = (part: Partial<ImportOptions>) => change({ ...options, ...part })
  const tags = (text: string) =>
    text
      .split(',')
      .map((tag) => tag.trim().toLowerCase())
      .filter((tag) => tag !== '')
  return (
    <>
      <label>
        Who is known already
        <select value={options.known} onChange={({ target }) => put({ known: target.value as ImportOptions['known'] })}>
          <option value="update">gets what the file says</option>
          <option value="fill">gets what was empty until now</option>
          <option value="leave">stays as they are</option>
        </select>
      </label>
      <label>
        Country of numbers without one
        <input
          maxLength={2}
          pattern="[A-Za-z]{2}"
          placeholder="DE"
          value={options.country ?? ''}
          onChange={({ target }) => put({ country: target.value === '' ? null : target.value.toUpperCase() })}
        />
      </label>
      <label>
        A date like 03/04/1990 is
        <select
          value={options.dates}
          onChange={({ target }) => put({ dates: target.value === 'month_first' ? 'month_first' : 'day_first' })}
        >
          <option value="day_first">3 April</option>
          <option value="month_first">4 March</option>
        </select>
      </label>
      <label>
        Tags for all of them
        <input
          dir="auto"
          maxLength={300}
          defaultValue={options.tags.join(', ')}
          onBlur={({ target }) => put({ tags: tags(target.value) })}
        />
      </label>
      <OnList segmentId={options.segmentId} choose={(segmentId) => put({ segmentId })} />
    </>
  )
}

/** Of the lists that are kept by hand, where there are any. */
const OnList = ({ segmentId, choose }: { segmentId: string | null; choose(id: string | null): void }) => {
  const byHand = (useSegments().data?.items ?? []).filter(({ kind }) => kind === 'static')
  if (byHand.length === 0) return null
  return (
    <label>
      On a list
      <select value={segmentId ?? ''} onChange={({ target }) => choose(target.value || null)}>
        <option value="">None</option>
        {byHand.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
