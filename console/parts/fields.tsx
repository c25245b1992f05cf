import type { ComponentProps, ReactNode } from 'react'
import style from './fields.module.css'

interface Typed {
  value: string
  change: (value: string) => void
}
interface Asked extends Typed {
  /** What stands over it. */
  says: ReactNode
}
type Plain<Kind extends 'input' | 'textarea'> = Asked & Omit<ComponentProps<Kind>, 'onChange' | 'value'>

/** One line that is typed. */
export const Field = ({ says, change, ...input }: Plain<'input'>) => (
  <label>
    {says}
    <input {...input} onChange={({ target }) => change(target.value)} />
  </label>
)

/** Several lines. */
export const WordsField = ({ says, change, ...area }: Plain<'textarea'>) => (
  <label>
    {says}
    <textarea dir="auto" rows={4} {...area} onChange={({ target }) => change(target.value)} />
  </label>
)

/** What something is called by those who make it. */
export const NameField = ({ max, ...typed }: Typed & { max: number }) => (
  <Field says="What it is called" required dir="auto" maxLength={max} {...typed} />
)

interface ChoiceProps<Value extends string> {
  says: ReactNode
  value: NoInfer<Value> | ''
  /** The values, each with the words for it. */
  options: readonly (readonly [value: Value, words: string])[]
  change: (value: Value) => void
  /** Stands there until something was chosen, and cannot be chosen. */
  until?: string
}

/** One of several. */
export const ChoiceField = <Value extends string>({ says, value, options, change, until }: ChoiceProps<Value>) => {
  const choose = (chosen: string) => {
    const option = options.find(([one]) => one === chosen)
    if (option) change(option[0])
  }
  return (
    <label>
      {says}
      <select required={until !== undefined} value={value} onChange={({ target }) => choose(target.value)}>
        {until !== undefined && (
          <option value="" disabled>
            {until}
          </option>
        )}
        {options.map(([one, words]) => (
          <option key={one} value={one}>
            {words}
          </option>
        ))}
      </select>
    </label>
  )
}

interface CheckProps {
  says: ReactNode
  isOn: boolean
  turn: (isOn: boolean) => void
}

/** Something that is so, or is not. */
export const CheckField = ({ says, isOn, turn }: CheckProps) => (
  <label className={style.check}>
    <input type="checkbox" checked={isOn} onChange={({ target }) => turn(target.checked)} />
    <span>{says}</span>
  </label>
)

/** One's own address, or `isOthers`. */
export const EmailField = ({ isOthers = false, ...typed }: Typed & { autoFocus?: boolean; isOthers?: boolean }) => (
  <Field says="E-mail" type="email" required autoComplete={isOthers ? 'off' : 'username'} maxLength={254} {...typed} />
)

/** Six digits that were sent: a telephone that reads them offers to fill them in. */
export const CodeField = ({ says = 'Code', change, ...typed }: Typed & { autoFocus?: boolean; says?: string }) => (
  <Field
    says={says}
    required
    autoFocus
    inputMode="numeric"
    autoComplete="one-time-code"
    pattern="\d{6}"
    maxLength={6}
    change={(code) => change(code.replace(/\D/g, ''))}
    {...typed}
  />
)

/** One of the codes that were put aside: sixteen signs, however they are typed. */
export const RecoveryCodeField = (typed: Typed & { autoFocus?: boolean }) => (
  <Field
    says="Recovery code"
    required
    autoFocus
    autoComplete="off"
    autoCapitalize="characters"
    spellCheck={false}
    placeholder="ABCD-1234-EFGH-5678"
    minLength={16}
    maxLength={40}
    {...typed}
  />
)

/** A telephone number as people write it; the server has the last word on it. */
export const PhoneField = (typed: Typed & { autoFocus?: boolean }) => (
  <Field
    says="Phone number, with + and the country"
    type="tel"
    required
    autoComplete="tel"
    placeholder="+49 1512 3456789"
    maxLength={64}
    {...typed}
  />
)

interface PasswordProps extends Typed {
  /** What stands over it. A new password says how long it has to be. */
  says: string
  isNew?: boolean
  autoFocus?: boolean
}

/** The server has the last word on a new one; its least length is said before. */
export const PasswordField = ({ says, isNew = false, ...typed }: PasswordProps) => (
  <Field
    says={isNew ? `${says}, at least 10 characters` : says}
    type="password"
    required
    {...(isNew && { minLength: 10 })}
    maxLength={256}
    autoComplete={isNew ? 'new-password' : 'current-password'}
    {...typed}
  />
)
