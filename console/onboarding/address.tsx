import { useState, type FormEvent } from 'react'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { EmailField } from '../parts/fields.tsx'
import { PlayedMail } from '../parts/played.tsx'
import settings from '../settings/settings.module.css'

/** The owner's address is confirmed by a letter, or said first where the account has none. */
export const Address = () => {
  const { user } = useSession()
  const own = user.email ? user.email : undefined
  const [email, setEmail] = useState('')
  const [isSent, setSent] = useState(false)
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(() => businesses.proveEmail(own === undefined ? email.trim() : undefined).then(() => setSent(true)))
  }
  return (
    <form className={settings.form} onSubmit={submit}>
      {own === undefined ? <EmailField value={email} change={setEmail} /> : <p>{own}</p>}
      {failed && <Trouble error={failed} what="No letter was sent." />}
      <Button type="submit" disabled={isBusy || isSent}>
        Send me the letter
      </Button>
      <p role="status">{isSent && 'A letter is on its way. Open its link, and come back here.'}</p>
      {isSent && <PlayedMail />}
    </form>
  )
}
