import { useId, useState, type FormEvent } from 'react'
import { Button } from '../parts/button.tsx'
import { choicesAt, instantOf, wallOf } from './wall-time.ts'
import { timesIn } from './times.ts'
import style from './workflow.module.css'

interface Props {
  zone: string
  now: number
  soon: { says: string; ms: number }
  /** What the button beside an hour of one's own says. */
  verb: string
  choose: (at: number) => void
}

/** A moment, by a word or by date and time as the clocks of the business show it. */
export const When = ({ zone, now, soon, verb, choose }: Props) => {
  const id = useId()
  const [wall, setWall] = useState('')
  const times = timesIn(zone)
  const own = wall === '' ? Number.NaN : instantOf(wall, zone)
  const isGood = own > now
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isGood) choose(own)
  }
  return (
    <div className={style.when}>
      <div className={style.choices}>
        {choicesAt(now, zone, soon).map(({ says, at }) => (
          <button key={says} type="button" title={times.full(at)} onClick={() => choose(at)}>
            {says}
          </button>
        ))}
      </div>
      <form className={style.own} onSubmit={submit}>
        <label htmlFor={id}>Date and time ({zone.replaceAll('_', ' ')})</label>
        <input
          id={id}
          type="datetime-local"
          required
          min={wallOf(now, zone)}
          value={wall}
          onChange={({ target }) => setWall(target.value)}
        />
        <Button type="submit" disabled={!isGood}>
          {verb}
        </Button>
      </form>
    </div>
  )
}
