import { IconX } from '@tabler/icons-react'
import { useState, type FormEvent, type ReactNode } from 'react'
import type { DayName, Holiday, Hours, Interval, OpeningHours } from '../../client/business.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button, IconButton } from '../parts/button.tsx'
import { allDays, copied, days, endOf, nextInterval, shownEnd, workdays, wrongIn } from './hours-days.ts'
import style from './hours.module.css'
import { useBusinessRenewed } from './use-business.ts'
import { useDraft } from './use-draft.ts'

interface Props {
  opening: OpeningHours
  press: string
  then?: () => Promise<unknown>
  children?: ReactNode
}

/** When the business is open: any number of intervals a day, the same on other days by a press, and holidays. */
export const HoursEditor = ({ opening, press, then, children }: Props) => {
  const [hours, setHours] = useDraft(opening.hours)
  const [isSaved, setSaved] = useState(false)
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const put = (next: Hours) => {
    setHours(next)
    setSaved(false)
  }
  const [wrong, setWrong] = useState<string[]>([])
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const found = wrongIn(hours)
    setWrong(found)
    if (found.length > 0) return
    const isDone = await doing.do(async () => {
      await businesses.setHours(hours, opening.rev)
      await renewed()
      await then?.()
    })
    setSaved(isDone)
  }
  return (
    <form className={style.editor} onSubmit={(event) => void submit(event)}>
      <ul className={style.week} aria-label="The week">
        {days.map(([day, says]) => (
          <Day
            key={day}
            says={says}
            intervals={hours.weekly[day]}
            put={(intervals) => put({ ...hours, weekly: { ...hours.weekly, [day]: intervals } })}
            copy={(to) => put(copied(hours, day, to))}
          />
        ))}
      </ul>
      <p className={style.zone}>By the clocks of {opening.timezone}.</p>
      <Holidays holidays={hours.holidays} put={(holidays) => put({ ...hours, holidays })} />
      {failed && <Trouble error={failed} what="The hours stay as they were." />}
      <ul className={style.wrong} aria-label="What is wrong" aria-live="assertive">
        {wrong.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
      <div className={style.line}>
        <Button tone="main" type="submit" disabled={isBusy}>
          {press}
        </Button>
        {children}
      </div>
      <p role="status">{isSaved && 'Saved.'}</p>
    </form>
  )
}

interface DayProps {
  says: string
  intervals: Interval[]
  put: (intervals: Interval[]) => void
  copy: (to: readonly DayName[]) => void
}

const Day = ({ says, intervals, put, copy }: DayProps) => (
  <li>
    <fieldset className={style.day}>
      <legend>{says}</legend>
      <Spans of={says} intervals={intervals} put={put} />
      <div className={style.line}>
        <Button
          aria-label={`${intervals.length === 0 ? 'Open' : 'One more'} on ${says}`}
          disabled={intervals.length >= 8}
          onClick={() => put([...intervals, nextInterval(intervals)])}
        >
          {intervals.length === 0 ? 'Open' : 'One more'}
        </Button>
        {intervals.length > 0 && (
          <>
            <Button tone="quiet" aria-label={`Copy to Mon–Fri, what ${says} has`} onClick={() => copy(workdays)}>
              Copy to Mon–Fri
            </Button>
            <Button tone="quiet" aria-label={`To every day, what ${says} has`} onClick={() => copy(allDays)}>
              To every day
            </Button>
          </>
        )}
      </div>
    </fieldset>
  </li>
)

interface SpansProps {
  /** Whose they are, for who does not see where they stand. */
  of: string
  intervals: Interval[]
  put: (intervals: Interval[]) => void
}

const Spans = ({ of, intervals, put }: SpansProps) => {
  const change = (nth: number, part: Partial<Interval>) =>
    put(intervals.map((one, at) => (at === nth ? { ...one, ...part } : one)))
  if (intervals.length === 0) return <p className={style.closed}>closed</p>
  return (
    <ul className={style.spans}>
      {intervals.map(({ from, to }, nth) => (
        // They have no name but their place; what is typed is in the list itself.
        <li key={nth}>
          <input
            type="time"
            required
            aria-label={`${of}, from`}
            value={from}
            onChange={({ target }) => change(nth, { from: target.value })}
          />
          <span aria-hidden="true">–</span>
          <input
            type="time"
            required
            aria-label={`${of}, until`}
            value={shownEnd(to)}
            onChange={({ target }) => change(nth, { to: endOf(target.value) })}
          />
          <IconButton
            says={`Take out ${from} to ${shownEnd(to)}, ${of}`}
            onClick={() => put(intervals.filter((_, at) => at !== nth))}
          >
            <IconX size={16} stroke={1.8} />
          </IconButton>
        </li>
      ))}
    </ul>
  )
}

const Holidays = ({ holidays, put }: { holidays: Holiday[]; put: (holidays: Holiday[]) => void }) => {
  const [date, setDate] = useState('')
  const [name, setName] = useState('')
  const isTwice = holidays.some((one) => one.date === date)
  const add = () => {
    put(
      [...holidays, { date, name: name.trim(), intervals: [] }].sort((one, other) => (one.date < other.date ? -1 : 1)),
    )
    setDate('')
    setName('')
  }
  return (
    <section aria-labelledby="holidays" className={style.holidays}>
      <h2 id="holidays">Holidays</h2>
      <ul className={style.week}>
        {holidays.map((one) => (
          <OneHoliday
            key={one.date}
            holiday={one}
            put={(next) => put(holidays.flatMap((other) => (other === one ? (next ?? []) : other)))}
          />
        ))}
      </ul>
      <div className={style.add}>
        <label>
          Date
          <input type="date" value={date} onChange={({ target }) => setDate(target.value)} />
        </label>
        <label>
          What it is
          <input dir="auto" maxLength={120} value={name} onChange={({ target }) => setName(target.value)} />
        </label>
        <Button disabled={date === '' || name.trim() === '' || isTwice} onClick={add}>
          Add the holiday
        </Button>
      </div>
      {isTwice && <p role="status">This day is a holiday already.</p>}
    </section>
  )
}

/** `put` nothing takes it out. */
const OneHoliday = ({ holiday, put }: { holiday: Holiday; put: (next?: Holiday) => void }) => {
  const { name, date, intervals } = holiday
  return (
    <li>
      <fieldset className={style.day}>
        <legend>
          <bdi>{name}</bdi> <small className="figures">{date}</small>
        </legend>
        <Spans of={name} intervals={intervals} put={(next) => put({ ...holiday, intervals: next })} />
        <div className={style.line}>
          <Button
            aria-label={`Open for some hours: ${name}`}
            onClick={() => put({ ...holiday, intervals: [...intervals, nextInterval(intervals)] })}
          >
            Open for some hours
          </Button>
          <Button tone="quiet" aria-label={`Take out ${name}`} onClick={() => put()}>
            Take out
          </Button>
        </div>
      </fieldset>
    </li>
  )
}
