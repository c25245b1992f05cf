import type { FormEvent, ReactNode } from 'react'
import type { Business } from '../../client/business.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import style from './settings.module.css'
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
  const { failed, isBusy, ...doing } = useDoing()
  const put = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const { name, ...settings } = draft
    void doing.do(async () => {
      await businesses.change({ name: name.trim(), settings }, business.rev)
      await renewed()
      await then?.()
    })
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <label>
        What it is called
        <input
          required
          dir="auto"
          maxLength={200}
          value={draft.name}
          onChange={({ target }) => put({ name: target.value })}
        />
      </label>
      <Choice
        says="Time zone"
        value={draft.timezone}
        options={['UTC', ...zones]}
        put={(timezone) => put({ timezone })}
      />
      <Choice
        says="Currency"
        value={draft.currency}
        options={currencies}
        nameOf={(code) => nameIn('currency', code)}
        put={(currency) => put({ currency })}
      />
      <Choice
        says="Language of letters"
        value={draft.locale}
        options={spoken}
        nameOf={(tag) => nameIn('language', tag)}
        put={(locale) => put({ locale })}
      />
      {failed && <Trouble error={failed} what="Nothing has changed." />}
      <div className={style.line}>
        <Button tone="main" type="submit" disabled={isBusy}>
          {press}
        </Button>
        {children}
      </div>
    </form>
  )
}

interface ChoiceProps {
  says: string
  value: string
  options: readonly string[]
  nameOf?: (option: string) => string
  put: (value: string) => void
}

/** One of many; what is chosen is among them, whatever it is. */
const Choice = ({ says, value, options, nameOf = (option) => option, put }: ChoiceProps) => (
  <label>
    {says}
    <select value={value} onChange={({ target }) => put(target.value)}>
      {[...new Set([value, ...options])].map((option) => (
        <option key={option} value={option}>
          {nameOf(option)}
        </option>
      ))}
    </select>
  </label>
)
