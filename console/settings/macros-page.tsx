import { useState } from 'react'
import type { Deed, Macro, MacroFields } from '../../client/tools.ts'
import { useMacros, useToolsRenewed } from '../inbox/use-tools.ts'
import { tools } from '../live/tools.ts'
import { Button } from '../parts/button.tsx'
import { NameField } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { DeedFields, deedNames, newDeed, useDeedWords } from './deed-fields.tsx'
import { Form } from './form.tsx'
import { Another, Listed, Row } from './listed.tsx'
import { TeamField } from './team-field.tsx'
import tool from './tools.module.css'

const empty: MacroFields = { name: '', deeds: [newDeed('assign')], teamId: null }

/** Several things that are done at once: `M` in a conversation, or with all that are selected. */
export const MacrosPage = () => {
  const { data, error, refetch } = useMacros()
  const renewed = useToolsRenewed()
  useTitle('Macros')
  return (
    <div className={page.page}>
      <h1>Macros</h1>
      <Listed
        says="Macros"
        items={data}
        error={error}
        again={refetch}
        unread="The macros cannot be read."
        none="No macros yet. One is made below."
      >
        {(macro) => <One key={`${macro.id}/${String(macro.rev)}`} macro={macro} />}
      </Listed>
      <Another title="A new macro" make={(fields: MacroFields) => tools.makeMacro(fields).then(() => renewed(name))}>
        {(submit) => <MacroForm fields={empty} says="Make it" submit={submit} />}
      </Another>
    </div>
  )
}

const name = 'macros'

const One = ({ macro }: { macro: Macro }) => {
  const renewed = useToolsRenewed()
  const wordsOf = useDeedWords()
  const change = (fields: MacroFields) => tools.changeMacro(macro, fields).finally(() => renewed(name))
  return (
    <Row
      name={macro.name}
      form={<MacroForm fields={macro} says="Save" submit={change} />}
      acts={[{ says: 'Delete', do: () => tools.removeMacro(macro).finally(() => renewed(name)) }]}
    >
      <small>{macro.deeds.map(wordsOf).join(' → ')}</small>
    </Row>
  )
}

const deedsMax = 12

interface FormProps {
  fields: MacroFields
  says: string
  submit: (fields: MacroFields) => Promise<unknown>
}

const MacroForm = ({ fields: { name, deeds, teamId }, says, submit }: FormProps) => {
  const [draft, setDraft] = useState<MacroFields>({ name, deeds, teamId })
  const put = (part: Partial<MacroFields>) => setDraft({ ...draft, ...part })
  return (
    <Form says={says} submit={() => submit(draft)} isWide>
      <NameField max={80} value={draft.name} change={(name) => put({ name })} />
      <Steps deeds={draft.deeds} set={(deeds) => put({ deeds })} />
      <TeamField teamId={draft.teamId} change={(teamId) => put({ teamId })} />
    </Form>
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
