import { useState } from 'react'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import style from './settings.module.css'

/** Something that is pasted elsewhere, as it is. */
export const Copied = ({ says, value }: { says: string; value: string }) => {
  const [isCopied, setCopied] = useState(false)
  const { failed, ...doing } = useDoing()
  const copy = () => void doing.do(() => navigator.clipboard.writeText(value).then(() => setCopied(true)))
  return (
    <span className={style.copied}>
      <code>{value}</code>
      <Button aria-label={`Copy: ${says}`} onClick={copy}>
        {isCopied ? 'Copied' : 'Copy'}
      </Button>
      {failed && <small>Please copy it by hand.</small>}
    </span>
  )
}
