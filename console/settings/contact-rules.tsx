import { useState } from 'react'
import type { Business, ContactRules } from '../../client/business.ts'
import { businesses } from '../live/business.ts'
import { ChoiceField, Field } from '../parts/fields.tsx'
import { Choices } from './choices.tsx'
import { Form } from './form.tsx'
import { useBusinessRenewed } from './use-business.ts'

const waiting = [
  { name: 'marketing', words: 'Offers and news' },
  { name: 'operational', words: 'What concerns their matters' },
  { name: 'transactional', words: 'What they asked for' },
] as const
const ends = [
  ['marketing', 'what comes on its channel, and offers and news everywhere'],
  ['channel', 'what comes on its channel'],
] as const

/** When and how often people are written to of the business's own accord, and what a STOP ends. */
export const ContactRulesForm = ({ business }: { business: Business }) => {
  const [rules, setRules] = useState<ContactRules>(business.settings.contact)
  const renewed = useBusinessRenewed()
  const change = (changed: Partial<ContactRules>) => setRules({ ...rules, ...changed })
  const save = () => businesses.change({ settings: { contact: rules } }, business.rev).then(renewed)
  return (
    <section aria-labelledby="contact">
      <h2 id="contact">When people are written to</h2>
      <Form says="Save" submit={save} what="The rules stay as they were." tells>
        <Quiet rules={rules} change={change} />
        <Marketing rules={rules} change={change} />
        <ChoiceField
          says="STOP ends"
          value={rules.stopEnds}
          options={ends}
          change={(stopEnds) => change({ stopEnds })}
        />
        <Count
          says="A machine answers the mails of one person once in so many hours; 0 for always"
          max={720}
          value={rules.mailAnswerHours}
          change={(mailAnswerHours) => change({ mailAnswerHours })}
        />
        <Field
          says="What HELP is answered with, before how to stop"
          maxLength={320}
          placeholder="Sea Dental, +49 30 1234, weekdays 9 to 17."
          value={rules.help}
          change={(help) => change({ help })}
        />
      </Form>
    </section>
  )
}

interface CountProps {
  says: string
  min?: number
  max: number
  value: number
  change: (value: number) => void
}

const Count = ({ min = 0, value, change, ...rest }: CountProps) => (
  <Field
    type="number"
    required
    min={min}
    value={Number.isNaN(value) ? '' : String(value)}
    change={(typed) => change(typed === '' ? NaN : Number(typed))}
    {...rest}
  />
)

interface PartProps {
  rules: ContactRules
  change: (changed: Partial<ContactRules>) => void
}

const Quiet = ({ rules: { quietFrom, quietTo, quietFor }, change }: PartProps) => (
  <>
    <Field
      says="It is quiet from, by the person’s own clock"
      type="time"
      required
      value={quietFrom}
      change={(quietFrom) => change({ quietFrom })}
    />
    <Field
      says="Until; the same time for never"
      type="time"
      required
      value={quietTo}
      change={(quietTo) => change({ quietTo })}
    />
    <Choices says="What waits until then" all={waiting} chosen={quietFor} choose={(quietFor) => change({ quietFor })} />
  </>
)

const Marketing = ({ rules: { marketingMax, marketingDays }, change }: PartProps) => (
  <>
    <Count
      says="Offers and news to one person at most; none with 0"
      max={100}
      value={marketingMax}
      change={(marketingMax) => change({ marketingMax })}
    />
    <Count
      says="Within so many days"
      min={1}
      max={90}
      value={marketingDays}
      change={(marketingDays) => change({ marketingDays })}
    />
  </>
)
