import { useState, type FormEvent } from 'react'
import type { Canned, CannedFields } from '../../client/tools.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useCanned, useToolsRenewed } from '../inbox/use-tools.ts'
import { tools } from '../live/tools.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { TeamField } from './team-field.tsx'
import style from './settings.module.css'
import tool from './tools.module.css'

const name = 'canned-responses'
const empty: CannedFields = { shortcut: '', name: '', texts: [{ locale: 'en', text: '' }], teamId: null }

/** Texts that are written once and used often: `/` in the composer brings them. */
export const RepliesPage = () => {
  const { data, error, refetch } = useCanned()
  useTitle('Canned answers')
  return (
    <div className={page.page}>
      <h1>Canned answers</h1>
      <p>
        Type <kbd>/</kbd> and the shortcut in the composer. These are filled in for the person:{' '}
        <code>{'{{person.firstName|there}}'}</code>, <code>{'{{person.name}}'}</code>,{' '}
        <code>{'{{member.firstName}}'}</code>, <code>{'{{member.name}}'}</code>, <code>{'{{workspace.name}}'}</code>,{' '}
        <code>{'{{workspace.phone}}'}</code>, <code>{'{{workspace.website}}'}</code>. What follows the bar stands there
        where nothing is known.
      </p>
      {error && !data && <Trouble error={error} what="The answers cannot be read." again={() => void refetch()} />}
      {data?.length === 0 && <p className={page.none}>No answers yet. One is made below.</p>}
      {data && data.length > 0 && (
        <ul className={style.rows} aria-label="Canned answers">
          {data.map((canned) => (
            <One key={`${canned.id}/${String(canned.rev)}`} canned={canned} />
          ))}
        </ul>
      )}
      <Make />
    </div>
  )
}

const One = ({ canned }: { canned: Canned }) => {
  const [isOpen, setOpen] = useState(false)
  const renewed = useToolsRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <li>
      <span>
        <b>
          /{canned.shortcut} <bdi>{canned.name}</bdi>
        </b>
        {isOpen ? (
          <Form
            fields={canned}
            says="Save"
            submit={(fields) => tools.changeCanned(canned, fields).finally(() => renewed(name))}
          />
        ) : (
          canned.texts.map(({ locale, text }) => (
            <small key={locale} className={tool.text} dir="auto" lang={locale}>
              {canned.texts.length > 1 && `${locale}: `}
              {text}
            </small>
          ))
        )}
        {failed && <Trouble error={failed} what="Nothing has changed." />}
      </span>
      <span className={tool.act}>
        <Button
          tone="quiet"
          aria-label={`Change ${canned.name}`}
          aria-pressed={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? 'Close' : 'Change'}
        </Button>
        <Button
          tone="quiet"
          aria-label={`Delete ${canned.name}`}
          disabled={isBusy}
          onClick={() => void doing.do(() => tools.removeCanned(canned).finally(() => renewed(name)))}
        >
          Delete
        </Button>
      </span>
    </li>
  )
}

const Make = () => {
  const [made, setMade] = useState(0)
  const renewed = useToolsRenewed()
  const submit = async (fields: CannedFields) => {
    await tools.makeCanned(fields)
    setMade(made + 1)
    await renewed(name)
  }
  return (
    <section aria-labelledby="new-canned">
      <h2 id="new-canned">A new answer</h2>
      <Form key={made} fields={empty} says="Make it" submit={submit} />
    </section>
  )
}

interface FormProps {
  fields: CannedFields
  says: string
  submit: (fields: CannedFields) => Promise<unknown>
}

const Form = ({ fields, says, submit }: FormProps) => {
  const { shortcut, name, texts, teamId } = fields
  const [draft, setDraft] = useState<CannedFields>({ shortcut, name, texts, teamId })
  const { failed, isBusy, ...doing } = useDoing()
  const setText = (index: number, change: Partial<CannedFields['texts'][number]>) =>
    setDraft({ ...draft, texts: draft.texts.map((one, nth) => (nth === index ? { ...one, ...change } : one)) })
  return (
    <form
      className={style.form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        void doing.do(() => submit(draft))
      }}
    >
      <label>
        Shortcut
        <input
          required
          maxLength={40}
          value={draft.shortcut}
          onChange={({ target }) => setDraft({ ...draft, shortcut: target.value.toLowerCase().replaceAll(' ', '-') })}
        />
      </label>
      <label>
        What it is called
        <input
          required
          dir="auto"
          maxLength={80}
          value={draft.name}
          onChange={({ target }) => setDraft({ ...draft, name: target.value })}
        />
      </label>
      {draft.texts.map((one, index) => (
        <Text
          // Two may be in the same language until it is saved: their places are what they are.
          key={index}
          {...one}
          change={(change) => setText(index, change)}
          remove={
            draft.texts.length > 1
              ? () => setDraft({ ...draft, texts: draft.texts.filter((_, nth) => nth !== index) })
              : undefined
          }
        />
      ))}
      <Button tone="quiet" onClick={() => setDraft({ ...draft, texts: [...draft.texts, { locale: '', text: '' }] })}>
        Another language
      </Button>
      <TeamField teamId={draft.teamId} change={(teamId) => setDraft({ ...draft, teamId })} />
      {failed && <Trouble error={failed} what="Nothing was saved." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        {says}
      </Button>
    </form>
  )
}

interface TextProps {
  locale: string
  text: string
  change: (change: { locale?: string; text?: string }) => void
  remove: (() => void) | undefined
}

const Text = ({ locale, text, change, remove }: TextProps) => (
  <>
    <label>
      Language
      <input
        required
        minLength={2}
        maxLength={35}
        placeholder="en, de, pt-BR"
        value={locale}
        onChange={({ target }) => change({ locale: target.value })}
      />
    </label>
    <label>
      Text
      <textarea
        required
        dir="auto"
        rows={4}
        maxLength={4_096}
        value={text}
        onChange={({ target }) => change({ text: target.value })}
      />
    </label>
    {remove && (
      <Button tone="quiet" onClick={remove}>
        Without this language
      </Button>
    )}
  </>
)
