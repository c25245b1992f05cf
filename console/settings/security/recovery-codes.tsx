import { useState } from 'react'
import { useDoing } from '../../live/use-doing.ts'
import { Button } from '../../parts/button.tsx'
import own from './security.module.css'

/** They are shown this once: whoever has neither app nor keys any more gets in by them. */
export const RecoveryCodes = ({ codes, done }: { codes: readonly string[]; done: () => void }) => {
  const [isCopied, setCopied] = useState(false)
  const { failed, ...doing } = useDoing()
  const text = codes.join('\n')
  const copy = () => void doing.do(() => navigator.clipboard.writeText(text).then(() => setCopied(true)))
  return (
    <div className={own.codes} role="status">
      <p>
        <b>Put these recovery codes aside.</b> Each is good once, for the day on which you have neither your app nor
        your passkeys. They are not shown again.
      </p>
      <ol className="figures">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div className={own.buttons}>
        <Button onClick={copy}>{isCopied ? 'Copied' : 'Copy all'}</Button>
        <a download="careline-recovery-codes.txt" href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}>
          Save as a file
        </a>
        <Button tone="main" onClick={done}>
          I have put them aside
        </Button>
      </div>
      {failed && <p>Please copy them by hand.</p>}
    </div>
  )
}
