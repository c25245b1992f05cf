import { ApiProblem } from '../../client/problem.ts'
import { Button } from '../parts/button.tsx'
import style from './trouble.module.css'

interface Props {
  error: Error
  /** What did not work, in words. */
  what: string
  again?: () => void
}

/** An error at the place where it happened: what it was, and one button. */
export const Trouble = ({ error, what, again }: Props) => (
  <div className={style.trouble} role="alert">
    <p>
      <b>{what}</b> {error instanceof ApiProblem ? error.title : 'Something went wrong here.'}
    </p>
    {again && (
      <Button tone="urgent" onClick={again}>
        Try again
      </Button>
    )}
  </div>
)
