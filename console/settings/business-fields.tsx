import type { ReactNode } from 'react'
import type { Business } from '../../client/business.ts'
import { businesses } from '../live/business.ts'
import { ChoiceField, NameField } from '../parts/fields.tsx'
import { Form } from './form.tsx'
import { useBusinessRenewed } from './use-business.ts'
import { useDraft } from './use-draft.ts'

const zones = Intl.supportedValuesOf('timeZone')
const currencies = Intl.supportedValuesOf('currency')
const nameIn = (type: 'currency' | 'language', code: string) => {
  const name = new Intl.DisplayNames('en', { type }).of(code)
  return name === undefined || name === code ? code : `${name} (${code})`
}
/** In which letters and what is missing are said; others fall back to English. */
const spoken = ['en', 'de']

interface Props {
  business: Business
  /** What stands on the button. */
  press: string
  /** Runs when it is saved. */
  then?: () => Promise<unknown>
  /** Beside the button. */
  children?: ReactNode
}

/** Who the business is and where it is: what most rules are read in. */
export const BusinessFields = ({ business, press, then, children }: Props) => {
  const { timezone, locale, currency } = business.settings
  const [draft, setDraft] = useDraft({ name: business.name, timezone, locale, currency })
  const renewed = useBusinessRenewed()
  const put = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part })
  const save = async () => {
    const { name, ...settings } = draft
    await businesses.change({ name: name.trim(), settings }, business.rev)
    await renewed()
    await then?.()
  }
  return (
    <Form says={press} submit={save} what="Nothing has changed." beside={children}>
      <NameField max={200} value={draft.name} change={(name) => put({ name })} />
      <ChoiceField
        says="Time zone"
        value={draft.timezone}
        options={withOwn(draft.timezone, ['UTC', ...zones], (zone) => zone)}
        change={(timezone) => put({ timezone })}
      />
      <ChoiceField
        says="Currency"
        value={draft.currency}
        options={withOwn(draft.currency, currencies, (code) => nameIn('currency', code))}
        change={(currency) => put({ currency })}
      />
      <ChoiceField
        says="Language of letters"
        value={draft.locale}
        options={withOwn(draft.locale, spoken, (tag) => nameIn('language', tag))}
        change={(locale) => put({ locale })}
      />
    </Form>
  )
}

/** What is chosen is among them, whatever it is. */
const withOwn = (own: string, others: readonly string[], nameOf: (one: string) => string) =>
  [...new Set([own, ...others])].map((one) => [one, nameOf(one)] as const)
