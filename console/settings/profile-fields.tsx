import type { ReactNode } from 'react'
import type { Business, Profile } from '../../client/business.ts'
import { businesses } from '../live/business.ts'
import { Field } from '../parts/fields.tsx'
import { Form } from './form.tsx'
import { useBusinessRenewed } from './use-business.ts'
import { useDraft } from './use-draft.ts'

interface Asked {
  says: string
  type: 'text' | 'email' | 'tel' | 'url'
  maxLength: number
}
const fields: Record<keyof Profile, Asked> = {
  legalName: { says: 'Name in contracts and on receipts', type: 'text', maxLength: 200 },
  email: { says: 'E-mail', type: 'email', maxLength: 254 },
  phone: { says: 'Phone', type: 'tel', maxLength: 32 },
  address: { says: 'Address', type: 'text', maxLength: 500 },
  website: { says: 'Website', type: 'url', maxLength: 2_048 },
  privacyUrl: { says: 'Address of the privacy notice (https://…)', type: 'url', maxLength: 2_048 },
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
  const save = async () => {
    const profile = Object.fromEntries(names.map((name) => [name, draft[name].trim()]))
    await businesses.change({ profile }, business.rev)
    await renewed()
    await then?.()
  }
  return (
    <Form says={press} submit={save} what="Nothing has changed." beside={children}>
      {names.map((name) => (
        <Field
          key={name}
          {...fields[name]}
          required={areNeeded}
          dir="auto"
          value={draft[name]}
          change={(typed) => setDraft({ ...draft, [name]: typed })}
        />
      ))}
    </Form>
  )
}
