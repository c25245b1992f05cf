import { Fragment, useId, useState, type ReactNode } from 'react'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import style from './settings.module.css'

interface ListedProps<One> {
  /** What the list is called. */
  says: string
  /** Undefined until they were read. */
  items: readonly One[] | undefined
  error: Error | null
  again: () => unknown
  /** What is said where they cannot be read. */
  unread: string
  /** What is said where there are none, if the page does not say it anyway. */
  none?: string
  /** A row, with its key. */
  children: (one: One) => ReactNode
}

/** Everything of one kind that somebody set up, a row each. */
export const Listed = <One,>({ says, items, error, again, unread, none, children }: ListedProps<One>) => (
  <>
    {error && !items && <Trouble error={error} what={unread} again={() => void again()} />}
    {items?.length === 0 && none !== undefined && <p className={page.none}>{none}</p>}
    {items && items.length > 0 && (
      <ul className={style.rows} aria-label={says}>
        {items.map((one) => children(one))}
      </ul>
    )}
  </>
)

/** What can be done with one of them: a button. */
export interface Act {
  says: string
  /** As it is read out, where one stands beside many others; `says` and the name, unless it is told. */
  label?: string
  do: () => Promise<unknown>
  isOff?: boolean
}

interface RowProps {
  name: string
  /** Before the name. */
  mark?: ReactNode
  /** Behind the name. */
  code?: ReactNode
  /** Below it: what it is. */
  children: ReactNode
  /** What changes it: drawn when somebody asks for it. A row whose key has the revision closes with a change. */
  form?: ReactNode
  /** Before and behind the button that opens the form. */
  before?: readonly Act[]
  acts?: readonly Act[]
  /** What is so when an act did not work. */
  what?: string
  isQuiet?: boolean
}

/** One of them: what it is, what can be done with it, and the form that changes it. */
export const Row = (props: RowProps) => {
  const { name, mark, code, children, form, before = [], acts = [], what = 'Nothing has changed.', isQuiet } = props
  const [isOpen, setOpen] = useState(false)
  const { failed, isBusy, ...doing } = useDoing()
  const drawn = (act: Act) => (
    <Button
      key={act.says}
      tone="quiet"
      aria-label={act.label ?? `${act.says} ${name}`}
      disabled={isBusy || act.isOff === true}
      onClick={() => void doing.do(act.do)}
    >
      {act.says}
    </Button>
  )
  const turn = isOpen ? 'Close' : 'Change'
  return (
    <li data-quiet={isQuiet || undefined}>
      <span>
        <b>
          {mark}
          <bdi>{name}</bdi>
          {code}
        </b>
        {children}
      </span>
      <span className={style.acts}>
        {before.map(drawn)}
        {form !== undefined && (
          <Button tone="quiet" aria-label={`${turn} ${name}`} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {turn}
          </Button>
        )}
        {acts.map(drawn)}
      </span>
      {isOpen && form}
      {failed && <Trouble error={failed} what={what} />}
    </li>
  )
}

interface AnotherProps<Fields> {
  title: string
  make: (fields: Fields) => Promise<unknown>
  /** The form, which hands in what was written. */
  children: (submit: (fields: Fields) => Promise<unknown>) => ReactNode
}

/** Makes one more of them: the form is empty again as soon as it is made. */
export const Another = <Fields,>({ title, make, children }: AnotherProps<Fields>) => {
  const id = useId()
  const [made, setMade] = useState(0)
  const submit = async (fields: Fields) => {
    await make(fields)
    setMade(made + 1)
  }
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <Fragment key={made}>{children(submit)}</Fragment>
    </section>
  )
}
