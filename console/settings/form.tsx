import { useState, type FormEvent, type ReactNode } from 'react'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import style from './settings.module.css'

interface Props {
  /** What is on the button. */
  says: string
  submit: () => Promise<unknown>
  /** What is so when it did not work. */
  what?: string
  /** False while something is missing that no field asks for. */
  isWhole?: boolean
  isWide?: boolean
  /** Says that it was saved, where nothing else on the page shows it. */
  tells?: boolean
  /** Behind the button. */
  beside?: ReactNode
  children: ReactNode
}

/** Fields and the button that keeps what is in them: it waits while that is under way, and what went wrong stands above it. */
export const Form = (props: Props) => {
  const { says, submit, what = 'Nothing was saved.', isWhole = true, isWide = false, tells, beside, children } = props
  const [isSaved, setSaved] = useState(false)
  const { failed, isBusy, ...doing } = useDoing()
  const press = async (event: FormEvent) => {
    event.preventDefault()
    setSaved(false)
    setSaved(await doing.do(submit))
  }
  return (
    <form className={style.form} data-wide={isWide || undefined} onSubmit={(event) => void press(event)}>
      {children}
      {failed && <Trouble error={failed} what={what} />}
      <div className={style.line}>
        <Button tone="main" type="submit" disabled={isBusy || !isWhole}>
          {says}
        </Button>
        {beside}
      </div>
      {tells && <p role="status">{isSaved && 'Saved.'}</p>}
    </form>
  )
}
