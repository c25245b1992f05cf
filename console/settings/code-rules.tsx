import { useState } from 'react'
import type { Business } from '../../client/business.ts'
import { businesses } from '../live/business.ts'
import { Field } from '../parts/fields.tsx'
import { Form } from './form.tsx'
import { useBusinessRenewed } from './use-business.ts'

const countriesIn = (typed: string) => typed.toUpperCase().match(/[A-Z]+/g) ?? []

/** Where the one-time codes of the team go, and what they may cost: whoever finds a way to ask for many is stopped here. */
export const CodeRulesForm = ({ business }: { business: Business }) => {
  const { codes } = business.settings
  const [countries, setCountries] = useState((codes.countries ?? []).join(' '))
  const [spend, setSpend] = useState((codes.dailySpend / 100).toFixed(2))
  const [template, setTemplate] = useState(codes.template)
  const renewed = useBusinessRenewed()
  const save = () => {
    const named = countriesIn(countries)
    const changed = {
      countries: named.length === 0 ? null : named,
      dailySpend: Math.round(Number(spend) * 100),
      template,
    }
    return businesses.change({ settings: { codes: changed } }, business.rev).then(renewed)
  }
  return (
    <section aria-labelledby="codes">
      <h2 id="codes">Codes by SMS and WhatsApp</h2>
      <Form says="Save" submit={save} what="The rules stay as they were." tells>
        <Field
          says="Countries they go to, two letters each; none for all"
          maxLength={1_000}
          placeholder="DE AT CH"
          value={countries}
          change={setCountries}
        />
        <Field
          says="What they may cost in a day, as the provider bills it"
          type="number"
          required
          min={0}
          max={1_000_000}
          step={0.01}
          value={spend}
          change={setSpend}
        />
        <Field
          says="The template of WhatsApp that carries them"
          required
          pattern="[a-z0-9_]{1,512}"
          value={template}
          change={setTemplate}
        />
      </Form>
    </section>
  )
}
