import { type ReactNode, useState } from 'react'
import type { ErrorKind, ErrorStatus } from '../../client/errors.ts'
import type { Times } from '../inbox/times.ts'
import style from '../parts/page.module.css'
import { figure } from './cells.tsx'

const errorViews = { open: 'Open', resolved: 'Resolved', ignored: 'Ignored' } as const
export const noErrors = {
  open: 'No error is open.',
  resolved: 'None was resolved yet.',
  ignored: 'None is ignored.',
} as const

/** One kind of error, with what may be done about it. */
export const ErrorFacts = ({ error, times, children }: { error: ErrorKind; times: Times; children?: ReactNode }) => {
  const { name, code, message, place, source, count, firstAt, lastAt, reopenedAt } = error
  const [isOpen, setOpen] = useState(false)
  return (
    <li>
      <h2>
        {name}
        {code !== null && ` (${code})`} <small>{source}</small>
      </h2>
      {message !== null && <p className={style.why}>{message}</p>}
      {place !== '' && (
        <p>
          at <bdi>{place}</bdi>
        </p>
      )}
      <p className="figures">
        {count === 1
          ? times.full(lastAt)
          : `${figure(count)} times, from ${times.full(firstAt)} to ${times.full(lastAt)}`}
      </p>
      {reopenedAt !== null && (
        <p className={style.why}>It had been resolved, and came again {times.full(reopenedAt)}.</p>
      )}
      <button type="button" className={style.more} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? 'Hide where it was' : 'Show where it was'}
      </button>
      {isOpen && <Where error={error} />}
      {children}
    </li>
  )
}

const Where = ({ error: { stack, lastContext, errorIds } }: { error: ErrorKind }) => (
  <pre className={style.state} tabIndex={0} aria-label="Where it was">
    {[
      ...stack,
      ...Object.entries(lastContext).map(([name, value]) => `${name}: ${value}`),
      ...errorIds.slice(-3).map((id) => `told as ${id}`),
    ].join('\n')}
  </pre>
)

/** Where each standing can go. */
export const moves: Record<ErrorStatus, [to: ErrorStatus, says: string][]> = {
  open: [
    ['resolved', 'Resolve'],
    ['ignored', 'Ignore'],
  ],
  resolved: [['open', 'Open again']],
  ignored: [['open', 'Open again']],
}

export const ErrorViews = ({ view, choose }: { view: ErrorStatus; choose: (view: ErrorStatus) => void }) => (
  <div className={style.views} role="group" aria-label="Which ones">
    {(Object.keys(errorViews) as ErrorStatus[]).map((one) => (
      <button key={one} type="button" aria-pressed={view === one} onClick={() => choose(one)}>
        {errorViews[one]}
      </button>
    ))}
  </div>
)
