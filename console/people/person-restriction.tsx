import { type FormEvent, useState } from 'react'
import type { Profile } from '../../client/wire.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { records } from '../live/records.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import style from './person.module.css'

/** Who contests what is kept of them, or objects to its use, may ask that it rests meanwhile (GDPR Art. 18). */
export const Restriction = ({ profile: { userId, isRestricted } }: { profile: Profile }) => {
  const [reason, setReason] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const turn = async (event: FormEvent) => {
    event.preventDefault()
    if (await doing.do(() => records.restrict(userId, !isRestricted, reason.trim()))) setReason('')
  }
  return (
    <form className={style.part} onSubmit={(event) => void turn(event)}>
      <h3>{isRestricted ? 'Their data rests' : 'Let it rest'}</h3>
      <p>
        {isRestricted
          ? 'Only what staff answer goes to them; no machine, no reminder and no campaign uses what is known of them.'
          : 'While they contest what is kept, or object to its use: it stays, and only what staff answer goes to them.'}
      </p>
      <div className={style.line}>
        <label>
          Why
          <input dir="auto" maxLength={500} value={reason} onChange={({ target }) => setReason(target.value)} />
        </label>
        <Button tone="edge" type="submit" disabled={isBusy}>
          {isRestricted ? 'Use it again' : 'Restrict'}
        </Button>
      </div>
      {failed && <Trouble error={failed} what="This did not change." />}
    </form>
  )
}
