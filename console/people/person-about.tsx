import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { CustomField, PersonChange } from '../../client/records.ts'
import type { Profile } from '../../client/wire.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { records } from '../live/records.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { CheckField } from '../parts/fields.tsx'
import { addressWords, kindWords } from './person-words.ts'
import style from './person.module.css'
import { StatusField } from './person-origin.tsx'
import { TagWord } from '../parts/tag-word.tsx'
import { stages, stageWords } from './words.ts'

const texts = [
  { field: 'name', says: 'Name', max: 200 },
  { field: 'firstName', says: 'First name', max: 200 },
  { field: 'lastName', says: 'Last name', max: 200 },
  { field: 'source', says: 'Source', max: 60 },
] as const
const nullable = [
  { field: 'timezone', says: 'Time zone', max: 64, example: 'Europe/Berlin' },
  { field: 'locale', says: 'Language', max: 16, example: 'de' },
] as const

/** What everybody may know of a person, in place. Whoever saved last meanwhile is not overwritten. */
export const AboutPart = ({ profile }: { profile: Profile }) => {
  const [draft, setDraft] = useState<PersonChange>({})
  const { failed, isBusy, ...doing } = useDoing()
  const may = mayIn(useSession(), 'people.write')
  const fields = useQuery({ queryKey: ['custom-fields'], queryFn: () => records.customFields() }).data?.items ?? []
  const put = (part: PersonChange) => setDraft({ ...draft, ...part })
  const isChanged = Object.keys(draft).length > 0
  const save = async (event: FormEvent) => {
    event.preventDefault()
    if (await doing.do(() => records.update(profile.userId, draft, profile.rev))) setDraft({})
  }
  return (
    <section aria-labelledby="about" className={style.part}>
      <h2 id="about">About</h2>
      <form className={style.form} onSubmit={(event) => void save(event)}>
        <Plain profile={profile} draft={draft} may={may} put={put} />
        <Birthday value={draft.birthday === undefined ? profile.birthday : draft.birthday} may={may} put={put} />
        {may && (
          <CheckField
            says="Tries what is new before others do"
            isOn={draft.isBetaTester ?? profile.isBetaTester}
            turn={(isBetaTester) => put({ isBetaTester })}
          />
        )}
        {fields
          .filter(({ isSensitive, isArchived, key }) => !isSensitive && (!isArchived || key in profile.custom))
          .map((field) => (
            <Custom
              key={field.id}
              field={field}
              profile={profile}
              draft={draft}
              may={may && !field.isArchived}
              put={put}
            />
          ))}
        {failed && <Trouble error={failed} what="Nothing was changed." />}
        {isChanged && (
          <div className={style.line}>
            <Button tone="main" type="submit" disabled={isBusy}>
              Save
            </Button>
            <Button tone="quiet" onClick={() => setDraft({})}>
              Leave it
            </Button>
          </div>
        )}
      </form>
    </section>
  )
}

const Plain = ({ profile, draft, may, put }: Omit<CustomProps, 'field'>) => (
  <>
    {texts.map(({ field, says, max }) => (
      <label key={field}>
        {says}
        <input
          dir="auto"
          maxLength={max}
          readOnly={!may}
          value={draft[field] ?? profile[field]}
          onChange={({ target }) => put({ [field]: target.value })}
        />
      </label>
    ))}
    <label>
      Stage
      <select
        disabled={!may}
        value={draft.stage ?? profile.stage}
        onChange={({ target }) => put({ stage: target.value as Profile['stage'] })}
      >
        {stages.map((one) => (
          <option key={one} value={one}>
            {stageWords[one]}
          </option>
        ))}
      </select>
    </label>
    <StatusField statusId={draft.statusId === undefined ? profile.statusId : draft.statusId} may={may} put={put} />
    {nullable.map(({ field, says, max, example }) => (
      <label key={field}>
        {says}
        <input
          maxLength={max}
          readOnly={!may}
          placeholder={example}
          value={(draft[field] === undefined ? profile[field] : draft[field]) ?? ''}
          onChange={({ target }) => put({ [field]: target.value || null })}
        />
      </label>
    ))}
  </>
)

/** The year may be unknown; then it says 9999, which nobody has to type. */
const Birthday = ({ value, may, put }: { value: string | null; may: boolean; put(part: PersonChange): void }) => {
  const [year = '', month = '', day = ''] = (value ?? '').split('-')
  const [typed, setTyped] = useState<string | null>(null)
  const shown = typed ?? (value === null ? '' : `${day}.${month}.${year === '9999' ? '' : year}`)
  const change = (text: string) => {
    setTyped(text)
    const found = /^(\d{1,2})\.(\d{1,2})\.(\d{4})?$/.exec(text.trim())
    if (text.trim() === '') put({ birthday: null })
    else if (found) put({ birthday: `${found[3] ?? '9999'}-${pad(found[2])}-${pad(found[1])}` })
  }
  return (
    <label>
      Birthday, with or without the year
      <input
        placeholder="15.5. or 15.5.1990"
        readOnly={!may}
        pattern="\s*(\d{1,2}\.\d{1,2}\.(\d{4})?)?\s*"
        value={shown}
        onChange={({ target }) => change(target.value)}
        onBlur={() => setTyped(null)}
      />
    </label>
  )
}
const pad = (digits = '') => digits.padStart(2, '0')

interface CustomProps {
  field: CustomField
  profile: Profile
  draft: PersonChange
  may: boolean
  put(part: PersonChange): void
}
const Custom = ({ field: { key, name, type, options }, profile, draft, may, put }: CustomProps) => {
  const own = draft.custom && key in draft.custom ? draft.custom[key] : profile.custom[key]
  const set = (value: string | number | boolean | string[] | null) => put({ custom: { ...draft.custom, [key]: value } })
  if (type === 'yes_no' || type === 'choice') {
    const choices = type === 'choice' ? options : ['yes', 'no']
    const value = type === 'choice' ? String(own ?? '') : yesNo(own)
    const chosen = (text: string) => set(chosenValue(type, text))
    return (
      <label>
        {name}
        <select disabled={!may} value={value} onChange={({ target }) => chosen(target.value)}>
          <option value="">Not known</option>
          {choices.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
    )
  }
  const valueOf = (text: string) => {
    if (text === '') return null
    if (type === 'choices')
      return text
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean)
    return type === 'number' ? Number(text) : text
  }
  const kinds = { number: 'number', date: 'date', text: 'text', choices: 'text' } as const
  return (
    <label>
      {type === 'choices' ? `${name}: some of ${options.join(', ')}` : name}
      <input
        type={kinds[type]}
        readOnly={!may}
        step="any"
        maxLength={2_000}
        value={Array.isArray(own) ? own.join(', ') : String(own ?? '')}
        onChange={({ target }) => set(valueOf(target.value))}
      />
    </label>
  )
}

function chosenValue(type: CustomField['type'], text: string) {
  if (text === '') return null
  return type === 'choice' ? text : text === 'yes'
}

function yesNo(value: unknown) {
  if (value === undefined || value === null) return ''
  return value === true ? 'yes' : 'no'
}

/** By what they are known: named, made primary, taken away. */
export const AddressesPart = ({ profile }: { profile: Profile }) => {
  const { userId, identities } = profile
  const may = mayIn(useSession(), 'people.write')
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <section aria-labelledby="addresses" className={style.part}>
      <h2 id="addresses">Addresses</h2>
      {identities.length > 0 && (
        <ul className={style.list}>
          {identities.map(({ id, kind, value, label, isPrimary, verifiedAt }) => (
            <li key={id}>
              <span>
                <bdi className="figures">{addressWords(kind, value)}</bdi>
                <small>
                  {[kindWords[kind], label, isPrimary && 'primary', verifiedAt === null ? 'not verified' : 'verified']
                    .filter(Boolean)
                    .join(' · ')}
                </small>
              </span>
              {may && !isPrimary && (
                <Button
                  tone="quiet"
                  disabled={isBusy}
                  onClick={() => void doing.do(() => records.changeIdentity(userId, id, { isPrimary: true }))}
                >
                  Make primary
                </Button>
              )}
              {may && (
                <Button
                  tone="quiet"
                  aria-label={`Remove ${addressWords(kind, value)}`}
                  disabled={isBusy}
                  onClick={() => void doing.do(() => records.removeIdentity(userId, id))}
                >
                  Remove
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {failed && <Trouble error={failed} what="The addresses are as before." />}
      {may && <AddAddress userId={userId} />}
    </section>
  )
}

const AddAddress = ({ userId }: { userId: string }) => {
  const [kind, setKind] = useState<'phone' | 'email'>('phone')
  const [value, setValue] = useState('')
  const [label, setLabel] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const add = async (event: FormEvent) => {
    event.preventDefault()
    if (await doing.do(() => records.addIdentity(userId, { kind, value, label }))) {
      setValue('')
      setLabel('')
    }
  }
  return (
    <form className={style.line} onSubmit={(event) => void add(event)}>
      <label>
        Kind
        <select value={kind} onChange={({ target }) => setKind(target.value as 'phone' | 'email')}>
          <option value="phone">Phone</option>
          <option value="email">E-mail</option>
        </select>
      </label>
      <label>
        Address
        <input
          required
          type={kind === 'phone' ? 'tel' : 'email'}
          maxLength={254}
          value={value}
          onChange={({ target }) => setValue(target.value)}
        />
      </label>
      <label>
        What it is
        <input maxLength={60} placeholder="work" value={label} onChange={({ target }) => setLabel(target.value)} />
      </label>
      <Button type="submit" disabled={isBusy}>
        Add
      </Button>
      {failed && <Trouble error={failed} what="The address was not added." />}
    </form>
  )
}

/** Labels: a click takes one off. */
export const TagsPart = ({ profile: { userId, tags } }: { profile: Profile }) => {
  const [text, setText] = useState('')
  const may = mayIn(useSession(), 'people.write')
  const { failed, isBusy, ...doing } = useDoing()
  const add = async (event: FormEvent) => {
    event.preventDefault()
    if (await doing.do(() => records.tag(userId, { add: [text.trim().toLowerCase()] }))) setText('')
  }
  return (
    <section aria-labelledby="tags" className={style.part}>
      <h2 id="tags">Tags</h2>
      <div className={style.tags}>
        {tags.map((tag) => (
          <button
            key={tag}
            type="button"
            disabled={!may || isBusy}
            aria-label={`Take off ${tag}`}
            onClick={() => void doing.do(() => records.tag(userId, { remove: [tag] }))}
          >
            <TagWord label={tag} /> ×
          </button>
        ))}
      </div>
      {may && (
        <form className={style.line} onSubmit={(event) => void add(event)}>
          <label>
            Tag
            <input required maxLength={64} value={text} onChange={({ target }) => setText(target.value)} />
          </label>
          <Button type="submit" disabled={isBusy}>
            Add
          </Button>
        </form>
      )}
      {failed && <Trouble error={failed} what="The tags are as before." />}
    </section>
  )
}
