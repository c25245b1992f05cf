import { useState } from 'react'
import type { LeadForm, LeadFormFields, SuppressedOn } from '../../client/people-settings.ts'
import { peopleSettings } from '../live/people-settings.ts'
import { useSession } from '../live/use-session.ts'
import { CheckField, Field, NameField, WordsField } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { Choices } from './choices.tsx'
import { Copied } from './copied.tsx'
import { Form } from './form.tsx'
import { snippetOf } from './form-snippet.ts'
import { Another, Listed, Row } from './listed.tsx'
import { useLeadForms, useNamedRenewed } from './use-people-settings.ts'

const name = 'lead-forms'
const ways: readonly { name: SuppressedOn; words: string }[] = [
  { name: 'email', words: 'E-mail' },
  { name: 'whatsapp', words: 'WhatsApp' },
  { name: 'sms', words: 'SMS' },
]

/** Forms on websites: who fills one in is a lead here. */
export const FormsPage = () => {
  const { data, error, refetch } = useLeadForms()
  const renewed = useNamedRenewed(name)
  useTitle('Website forms')
  return (
    <div className={page.page}>
      <h1>Website forms</h1>
      <p>
        Whoever fills one in on your website is a lead here, with what they wrote. Who is known already stays as they
        are. A form is taken from the websites that you name, and from no other.
      </p>
      <Listed
        says="Website forms"
        items={data?.items}
        error={error}
        again={refetch}
        unread="The forms cannot be read."
        none="No forms yet. One is made below."
      >
        {(form) => <One key={`${form.id}/${String(form.rev)}`} form={form} />}
      </Listed>
      <Another title="A new form" make={(written: LeadFormFields) => peopleSettings.makeForm(written).then(renewed)}>
        {(submit) => <FormForm form={empty} says="Make it" submit={submit} />}
      </Another>
    </div>
  )
}

const One = ({ form }: { form: LeadForm }) => {
  const renewed = useNamedRenewed(name)
  const { workspace } = useSession()
  const { isActive, origins } = form
  const change = (written: Partial<LeadFormFields>) => peopleSettings.changeForm(form, written).finally(renewed)
  const address = `${window.location.origin}/api/v1/public/leads/${workspace.id}.${form.id}`
  return (
    <Row
      name={form.name}
      isQuiet={!isActive}
      form={<FormForm form={form} says="Save" submit={change} />}
      acts={[
        {
          says: isActive ? 'Stop' : 'Start again',
          label: `${isActive ? 'Stop' : 'Start again with'} ${form.name}`,
          do: () => change({ isActive: !isActive }),
        },
        { says: 'Delete', do: () => peopleSettings.removeForm(form).finally(renewed) },
      ]}
    >
      <small>
        {isActive ? 'taken from' : 'stopped; was taken from'} {origins.join(', ')}
      </small>
      {isActive && (
        <details>
          <summary>The HTML for your website</summary>
          <Copied says={`the HTML of ${form.name}`} value={snippetOf(form, address)} />
        </details>
      )}
    </Row>
  )
}

const empty: LeadFormFields = {
  ...{ name: '', isActive: true, origins: [], source: 'website', tags: [] },
  ...{ consentText: '', consentTo: ['email'], thanksUrl: null },
}

interface FormProps {
  form: LeadFormFields
  says: string
  submit: (fields: LeadFormFields) => Promise<unknown>
}

const listOf = (text: string) =>
  text
    .split(/[\s,]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '')

const FormForm = ({ form, says, submit }: FormProps) => {
  const { isActive, ...before } = form
  const [draft, setDraft] = useState<Draft>(before)
  const [origins, setOrigins] = useState(form.origins.join('\n'))
  const [tags, setTags] = useState(form.tags.join(', '))
  const put = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const save = () => {
    const labels = tags
      .toLowerCase()
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '')
    // A browser names a website without what stands behind its name.
    const named = listOf(origins).map((one) => one.replace(/^(https?:\/\/[^/]+)\/.*$/i, '$1'))
    const { name: called, source, consentText, consentTo, thanksUrl } = draft
    const fields = { name: called.trim(), source, consentText, consentTo, thanksUrl }
    return submit({ ...fields, isActive, origins: named, tags: labels })
  }
  return (
    <Form says={says} isWide submit={save}>
      <NameField max={100} value={draft.name} change={(called) => put({ name: called })} />
      <WordsField
        says="Websites that it stands on, one on each line"
        required
        rows={2}
        placeholder="https://www.example.com"
        value={origins}
        change={setOrigins}
      />
      <Field
        says="Source: where these people come from"
        required
        maxLength={60}
        value={draft.source}
        change={(source) => put({ source })}
      />
      <Field says="Tags for them, with commas" maxLength={400} value={tags} change={setTags} />
      <Field
        says="Where they are led then; empty: we say thank you"
        type="url"
        maxLength={500}
        placeholder="https://www.example.com/thanks"
        value={draft.thanksUrl ?? ''}
        change={(url) => put({ thanksUrl: url === '' ? null : url })}
      />
      <Consent draft={draft} put={put} />
    </Form>
  )
}

type Draft = Omit<LeadFormFields, 'isActive'>

const Consent = ({ draft: { consentText, consentTo }, put }: { draft: Draft; put: (part: Partial<Draft>) => void }) => (
  <>
    <CheckField
      says="Ask whether offers and news may come to them"
      isOn={consentText !== ''}
      turn={(isOn) => put({ consentText: isOn ? 'Yes, send me offers and news. I can end this at any time.' : '' })}
    />
    {consentText !== '' && (
      <>
        <WordsField
          says="What they agree to; these words are kept as the proof"
          required
          maxLength={2_000}
          value={consentText}
          change={(text) => put({ consentText: text })}
        />
        <Choices says="By which ways" all={ways} chosen={consentTo} choose={(chosen) => put({ consentTo: chosen })} />
      </>
    )}
  </>
)
