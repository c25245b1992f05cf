import { useState } from 'react'
import type { Canned, CannedFields } from '../../client/tools.ts'
import { useCanned, useToolsRenewed } from '../inbox/use-tools.ts'
import { tools } from '../live/tools.ts'
import { Button } from '../parts/button.tsx'
import { Field, NameField, WordsField } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { Form } from './form.tsx'
import { Another, Listed, Row } from './listed.tsx'
import { TeamField } from './team-field.tsx'
import tool from './tools.module.css'

const name = 'canned-responses'
const empty: CannedFields = { shortcut: '', name: '', texts: [{ locale: 'en', text: '' }], teamId: null }

/** Texts that are written once and used often: `/` in the composer brings them. */
export const RepliesPage = () => {
  const { data, error, refetch } = useCanned()
  const renewed = useToolsRenewed()
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
      <Listed
        says="Canned answers"
        items={data}
        error={error}
        again={refetch}
        unread="The answers cannot be read."
        none="No answers yet. One is made below."
      >
        {(canned) => <One key={`${canned.id}/${String(canned.rev)}`} canned={canned} />}
      </Listed>
      <Another title="A new answer" make={(fields: CannedFields) => tools.makeCanned(fields).then(() => renewed(name))}>
        {(submit) => <CannedForm fields={empty} says="Make it" submit={submit} />}
      </Another>
    </div>
  )
}

const One = ({ canned }: { canned: Canned }) => {
  const renewed = useToolsRenewed()
  const change = (fields: CannedFields) => tools.changeCanned(canned, fields).finally(() => renewed(name))
  return (
    <Row
      name={canned.name}
      mark={`/${canned.shortcut} `}
      form={<CannedForm fields={canned} says="Save" submit={change} />}
      acts={[{ says: 'Delete', do: () => tools.removeCanned(canned).finally(() => renewed(name)) }]}
    >
      {canned.texts.map(({ locale, text }) => (
        <small key={locale} className={tool.text} dir="auto" lang={locale}>
          {canned.texts.length > 1 && `${locale}: `}
          {text}
        </small>
      ))}
    </Row>
  )
}

interface FormProps {
  fields: CannedFields
  says: string
  submit: (fields: CannedFields) => Promise<unknown>
}

const CannedForm = ({ fields, says, submit }: FormProps) => {
  const { shortcut, name, texts, teamId } = fields
  const [draft, setDraft] = useState<CannedFields>({ shortcut, name, texts, teamId })
  const put = (part: Partial<CannedFields>) => setDraft({ ...draft, ...part })
  const setText = (index: number, change: Partial<CannedFields['texts'][number]>) =>
    put({ texts: draft.texts.map((one, nth) => (nth === index ? { ...one, ...change } : one)) })
  return (
    <Form says={says} submit={() => submit(draft)}>
      <Field
        says="Shortcut"
        required
        maxLength={40}
        value={draft.shortcut}
        change={(typed) => put({ shortcut: typed.toLowerCase().replaceAll(' ', '-') })}
      />
      <NameField max={80} value={draft.name} change={(name) => put({ name })} />
      {draft.texts.map((one, index) => (
        <Text
          // Two may be in the same language until it is saved: their places are what they are.
          key={index}
          {...one}
          change={(change) => setText(index, change)}
          remove={
            draft.texts.length > 1 ? () => put({ texts: draft.texts.filter((_, nth) => nth !== index) }) : undefined
          }
        />
      ))}
      <Button tone="quiet" onClick={() => put({ texts: [...draft.texts, { locale: '', text: '' }] })}>
        Another language
      </Button>
      <TeamField teamId={draft.teamId} change={(teamId) => put({ teamId })} />
    </Form>
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
    <Field
      says="Language"
      required
      minLength={2}
      maxLength={35}
      placeholder="en, de, pt-BR"
      value={locale}
      change={(locale) => change({ locale })}
    />
    <WordsField says="Text" required maxLength={4_096} value={text} change={(text) => change({ text })} />
    {remove && (
      <Button tone="quiet" onClick={remove}>
        Without this language
      </Button>
    )}
  </>
)
