import { useState, type ReactNode } from 'react'
import { useDoing } from '../live/use-doing.ts'
import { Button } from './button.tsx'
import style from './shown-once.module.css'

interface Props {
  /** The name of the field. */
  says: string
  value: string
  /** What it is, and what to do with it. */
  children: ReactNode
}

/** Whoever pressed far below would leave without it. */
const inSight = (shown: HTMLElement | null) => shown?.scrollIntoView({ block: 'nearest' })

/** A link or a secret that is shown this once, to be copied. */
export const ShownOnce = ({ says, value, children }: Props) => {
  const [isCopied, setCopied] = useState(false)
  const { failed, ...doing } = useDoing()
  const copy = () => void doing.do(() => navigator.clipboard.writeText(value).then(() => setCopied(true)))
  return (
    <div ref={inSight} className={style.made} role="status">
      <p>{children}</p>
      <p className={style.link}>
        <input readOnly aria-label={says} value={value} onFocus={({ target }) => target.select()} />
        <Button onClick={copy}>{isCopied ? 'Copied' : 'Copy'}</Button>
      </p>
      {failed && <p>Please copy it by hand.</p>}
    </div>
  )
}
