import { useState } from 'react'
import { useNow } from '../live/use-now.ts'
import { useSession } from '../live/use-session.ts'
import { When } from './when.tsx'
import style from './workflow.module.css'

interface Props {
  send: (sendAt: string, unlessAnswered: boolean) => void
}

/** When what is written goes, and whether it goes even if the person writes before. */
export const SendLater = ({ send }: Props) => {
  const [unlessAnswered, setUnlessAnswered] = useState(false)
  const now = useNow(30_000)
  const { timezone } = useSession().workspace
  return (
    <section className={style.later} aria-label="Send later">
      <When
        zone={timezone}
        now={now}
        soon={{ says: 'In an hour', ms: 3_600_000 }}
        verb="Send then"
        choose={(at) => send(new Date(at).toISOString(), unlessAnswered)}
      />
      <label>
        <input type="checkbox" checked={unlessAnswered} onChange={({ target }) => setUnlessAnswered(target.checked)} />
        Not if the person writes before
      </label>
    </section>
  )
}
