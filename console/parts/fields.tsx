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
