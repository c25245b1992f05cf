import type { FormEvent, ReactNode } from 'react'
import type { Business, Profile } from '../../client/business.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import style from './settings.module.css'
import { useBusinessRenewed } from './use-business.ts'
import { useDraft } from './use-draft.ts'

interface Field {
  says: string
  type: 'text' | 'email' | 'tel' | 'url'
  max: number
}
const fields: Record<keyof Profile, Field> = {
  legalName: { says: 'Name in contracts and on receipts', type: 'text', max: 200 },
  email: { says: 'E-mail', type: 'email', max: 254 },
  phone: { says: 'Phone', type: 'tel', max: 32 },
  address: { says: 'Address', type: 'text', max: 500 },
  website: { says: 'Website', type: 'url', max: 2_048 },
  privacyUrl: { says: 'Address of the privacy notice (https://…)', type: 'url', max: 2_048 },
}
export const profileNames = Object.keys(fields) as (keyof Profile)[]

interface Props {
  business: Business
  names: readonly (keyof Profile)[]
  /** None of them may stay empty. */
  areNeeded?: boolean
  press: string
  then?: () => Promise<unknown>
  children?: ReactNode
}

/** How the business can be reached, and where it says what becomes of data: these of its fields. */
export const ProfileFields = ({ business, names, areNeeded = false, press, then, children }: Props) => {
  const [draft, setDraft] = useDraft(business.profile)
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      const profile = Object.fromEntries(names.map((name) => [name, draft[name].trim()]))
      await businesses.change({ profile }, business.rev)
      await renewed()
      await then?.()
    })
  }
  return (
    <form className={style.form} onSubmit={submit}>
      {names.map((name) => (
        <label key={name}>
          {fields[name].says}
          <input
            type={fields[name].type}
            required={areNeeded}
            maxLength={fields[name].max}
            dir="auto"
            value={draft[name]}
            onChange={({ target }) => setDraft({ ...draft, [name]: target.value })}
          />
        </label>
      ))}
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
