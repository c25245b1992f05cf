import { IconUsers } from '@tabler/icons-react'
import { useState } from 'react'
import { mailboxesIn, written } from '../../kernel/mail.ts'
import { Button } from '../parts/button.tsx'
import { type MailBefore, type MailDraft, noMail, whyNotTo } from './mail-draft.ts'
import style from './mail-fields.module.css'

interface Props {
  mail: MailDraft | null
  before: MailBefore
  change: (mail: MailDraft) => void
}

/** Of a mail that is being written: what it is called, and who gets a copy. */
export const MailFields = ({ mail, before, change }: Props) => {
  const now = mail ?? noMail
  const [opened, setOpened] = useState({ cc: false, bcc: false })
  const put = (part: Partial<MailDraft>) => change({ ...now, ...part })
  const isOpen = { cc: opened.cc || now.cc !== '', bcc: opened.bcc || now.bcc !== '' }
  return (
    <div className={style.fields} role="group" aria-label="The mail">
      <label className={style.line}>
        <span>Subject</span>
        <input
          dir="auto"
          maxLength={998}
          value={now.subject ?? before.subject}
          placeholder="No subject"
          onChange={({ target }) => put({ subject: target.value })}
        />
      </label>
      {isOpen.cc && <Copies says="Copy to" value={now.cc} change={(cc) => put({ cc })} />}
      {isOpen.bcc && <Copies says="Blind copy to" value={now.bcc} change={(bcc) => put({ bcc })} />}
      <div className={style.more}>
        <AnswerAll {...before} cc={now.cc} take={(cc) => put({ cc })} />
        {!isOpen.cc && (
          <Button tone="quiet" onClick={() => setOpened({ ...opened, cc: true })}>
            Copy
          </Button>
        )}
        {!isOpen.bcc && (
          <Button tone="quiet" onClick={() => setOpened({ ...opened, bcc: true })}>
            Blind copy
          </Button>
        )}
      </div>
    </div>
  )
}

interface CopiesProps {
  says: string
  value: string
  change: (value: string) => void
}

const Copies = ({ says, value, change }: CopiesProps) => {
  const [isLeft, setLeft] = useState(true)
  // Nobody is corrected in the middle of a word.
  const wrong = isLeft ? whyNotTo(value) : null
  return (
    <div>
      <label className={style.line}>
        <span>{says}</span>
        <input
          dir="auto"
          autoComplete="off"
          spellCheck={false}
          maxLength={5_000}
          placeholder="otto@example.com, Eva <eva@example.com>"
          value={value}
          aria-invalid={wrong !== null}
          onFocus={() => setLeft(false)}
          onBlur={() => setLeft(true)}
          onChange={({ target }) => change(target.value)}
        />
      </label>
      {wrong && <small role="alert">{wrong}</small>}
    </div>
  )
}

/** Others had the mail as well: one press, and they have the answer. */
const AnswerAll = ({ others, cc, take }: MailBefore & { cc: string; take: (cc: string) => void }) => {
  const there = new Set(mailboxesIn(cc).mailboxes.map(({ address }) => address.toLowerCase()))
  const missing = others.filter(({ address }) => !there.has(address.toLowerCase()))
  if (missing.length === 0) return null
  const all = [...mailboxesIn(cc).mailboxes, ...missing]
  return (
    <Button tone="quiet" title={written(missing)} onClick={() => take(written(all))}>
      <IconUsers size={15} stroke={1.9} aria-hidden="true" />
      Answer all ({missing.length + 1})
    </Button>
  )
}
