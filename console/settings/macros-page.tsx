import { useState, type FormEvent } from 'react'
import type { Deed, Macro, MacroFields } from '../../client/tools.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useMacros, useToolsRenewed } from '../inbox/use-tools.ts'
import { tools } from '../live/tools.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { DeedFields, deedNames, newDeed, useDeedWords } from './deed-fields.tsx'
import { TeamField } from './team-field.tsx'
import style from './settings.module.css'
import tool from './tools.module.css'

const name = 'macros'
const empty: MacroFields = { name: '', deeds: [newDeed('assign')], teamId: null }

/** Several things that are done at once: `M` in a conversation, or with all that are selected. */
export const MacrosPage = () => {
  const { data, error, refetch } = useMacros()
  useTitle('Macros')
  return (
    <div className={page.page}>
      <h1>Macros</h1>
      {error && !data && <Trouble error={error} what="The macros cannot be read." again={() => void refetch()} />}
      {data?.length === 0 && <p className={page.none}>No macros yet. One is made below.</p>}
      {data && data.length > 0 && (
        <ul className={style.rows} aria-label="Macros">
          {data.map((macro) => (
            <One key={`${macro.id}/${String(macro.rev)}`} macro={macro} />
          ))}
        </ul>
      )}
      <Make />
    </div>
  )
}

const One = ({ macro }: { macro: Macro }) => {
  const [isOpen, setOpen] = useState(false)
  const renewed = useToolsRenewed()
  const wordsOf = useDeedWords()
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <li>
      <span>
        <b>
          <bdi>{macro.name}</bdi>
        </b>
        {isOpen ? (
          <Form
            fields={macro}
            says="Save"
            submit={(fields) => tools.changeMacro(macro, fields).finally(() => renewed(name))}
          />
        ) : (
          <small>{macro.deeds.map(wordsOf).join(' → ')}</small>
        )}
        {failed && <Trouble error={failed} what="Nothing has changed." />}
      </span>
      <span className={tool.act}>
        <Button tone="quiet" aria-label={`Change ${macro.name}`} aria-pressed={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Close' : 'Change'}
        </Button>
        <Button
          tone="quiet"
          aria-label={`Delete ${macro.name}`}
          disabled={isBusy}
          onClick={() => void doing.do(() => tools.removeMacro(macro).finally(() => renewed(name)))}
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
  const submit = async (fields: MacroFields) => {
    await tools.makeMacro(fields)
    setMade(made + 1)
    await renewed(name)
  }
  return (
    <section aria-labelledby="new-macro">
      <h2 id="new-macro">A new macro</h2>
      <Form key={made} fields={empty} says="Make it" submit={submit} />
    </section>
  )
}

const deedsMax = 12

interface FormProps {
  fields: MacroFields
  says: string
  submit: (fields: MacroFields) => Promise<unknown>
}

const Form = ({ fields: { name, deeds, teamId }, says, submit }: FormProps) => {
  const [draft, setDraft] = useState<MacroFields>({ name, deeds, teamId })
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <form
      className={style.form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        void doing.do(() => submit(draft))
      }}
    >
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
      <Steps deeds={draft.deeds} set={(next) => setDraft({ ...draft, deeds: next })} />
      <TeamField teamId={draft.teamId} change={(teamId) => setDraft({ ...draft, teamId })} />
      {failed && <Trouble error={failed} what="Nothing was saved." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        {says}
      </Button>
    </form>
  )
}

const Steps = ({ deeds, set }: { deeds: Deed[]; set: (deeds: Deed[]) => void }) => {
  const replace = (index: number, next: Deed) => set(deeds.map((one, nth) => (nth === index ? next : one)))
  return (
    <>
      <ol className={tool.deeds} aria-label="What is done, in this order">
        {deeds.map((deed, index) => (
          <li key={index}>
            <select
              aria-label={`Step ${String(index + 1)}`}
              value={deed.do}
              onChange={({ target }) => replace(index, newDeed(target.value as Deed['do']))}
            >
              {Object.entries(deedNames).map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
            <DeedFields deed={deed} change={(next) => replace(index, next)} />
            {deeds.length > 1 && (
              <Button
                tone="quiet"
                aria-label={`Without step ${String(index + 1)}`}
                onClick={() => set(deeds.filter((_, nth) => nth !== index))}
              >
                Take out
              </Button>
            )}
          </li>
        ))}
      </ol>
      {deeds.length < deedsMax && (
        <Button tone="quiet" onClick={() => set([...deeds, newDeed('note')])}>
          Another step
        </Button>
      )}
    </>
  )
}
