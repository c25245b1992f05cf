interface FieldProps {
  value: string
  change: (value: string) => void
  autoFocus?: boolean
}

/** One's own address, or `isOthers`. */
export const EmailField = ({
  value,
  change,
  autoFocus = false,
  isOthers = false,
}: FieldProps & { isOthers?: boolean }) => (
  <label>
    E-mail
    <input
      type="email"
      required
      autoFocus={autoFocus}
      autoComplete={isOthers ? 'off' : 'username'}
      maxLength={254}
      value={value}
      onChange={({ target }) => change(target.value)}
    />
  </label>
)

/** Six digits that were sent: a telephone that reads them offers to fill them in. */
export const CodeField = ({ value, change, autoFocus = true }: FieldProps) => (
  <label>
    Code
    <input
      required
      autoFocus={autoFocus}
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern="\d{6}"
      maxLength={6}
      value={value}
      onChange={({ target }) => change(target.value.replace(/\D/g, ''))}
    />
  </label>
)

/** One of the codes that were put aside: sixteen signs, however they are typed. */
export const RecoveryCodeField = ({ value, change, autoFocus = true }: FieldProps) => (
  <label>
    Recovery code
    <input
      required
      autoFocus={autoFocus}
      autoComplete="off"
      autoCapitalize="characters"
      spellCheck={false}
      placeholder="ABCD-1234-EFGH-5678"
      minLength={16}
      maxLength={40}
      value={value}
      onChange={({ target }) => change(target.value)}
    />
  </label>
)

/** A telephone number as people write it; the server has the last word on it. */
export const PhoneField = ({ value, change, autoFocus = false }: FieldProps) => (
  <label>
    Phone number, with + and the country
    <input
      type="tel"
      required
      autoFocus={autoFocus}
      autoComplete="tel"
      placeholder="+49 1512 3456789"
      maxLength={64}
      value={value}
      onChange={({ target }) => change(target.value)}
    />
  </label>
)

interface PasswordProps extends FieldProps {
  /** What stands over it. A new password says how long it has to be. */
  says: string
  isNew?: boolean
}

/** The server has the last word on a new one; its least length is said before. */
export const PasswordField = ({ value, change, autoFocus = false, says, isNew = false }: PasswordProps) => (
  <label>
    {isNew ? `${says}, at least 10 characters` : says}
    <input
      type="password"
      required
      autoFocus={autoFocus}
      {...(isNew && { minLength: 10 })}
      maxLength={256}
      autoComplete={isNew ? 'new-password' : 'current-password'}
      value={value}
      onChange={({ target }) => change(target.value)}
    />
  </label>
)
