import { IconClockHour4 } from '@tabler/icons-react'
import { useState } from 'react'
import type { Scheduled as Waiting } from '../../client/wire.ts'
import { useCommand } from '../live/use-command.ts'
import { useNow } from '../live/use-now.ts'
import { useMembers, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { timesIn } from './times.ts'
import { Trouble } from './trouble.tsx'
import { When } from './when.tsx'
import { AskWhy } from './why.tsx'
import style from './workflow.module.css'

interface Props {
  conversationId: string
  scheduled: readonly Waiting[]
}

/** What is to go later, with the way to change one's mind. */
export const Scheduled = ({ conversationId, scheduled }: Props) => {
  if (scheduled.length === 0) return null
  return (
    <ul className={style.scheduled} aria-label="To be sent later">
      {scheduled.map((one) => (
        <One key={one.messageId} conversationId={conversationId} one={one} />
      ))}
    </ul>
  )
}

const One = ({ conversationId, one }: { conversationId: string; one: Waiting }) => {
  const [isOpen, setOpen] = useState(false)
  const { nameOf } = useMembers()
  const times = timesIn(useSession().workspace.timezone)
  const cancel = useCommand('message.cancel')
  const { messageId, sendAt, by, waitsFor, unlessAnswered } = one
  const who = by.kind === 'staff' ? nameOf(by.id) : 'Automation'
  return (
    <li>
      <p className={style.head}>
        <IconClockHour4 size={13} stroke={2} aria-hidden="true" />
        <span>
          {who}, <time dateTime={sendAt}>{times.full(sendAt)}</time>
          {unlessAnswered && ', unless the person writes'}
          {waitsFor !== null && `, because of ${waitsFor.replaceAll('_', ' ')}`}
        </span>
      </p>
      <p className={style.words} dir="auto">
        {wordsOf(one)}
      </p>
      <p className={style.choices}>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Change
        </button>
        <button type="button" disabled={cancel.isWaiting} onClick={() => cancel.run({ conversationId, messageId })}>
          Cancel
        </button>
        {waitsFor !== null && <AskWhy messageId={messageId} className={undefined} />}
      </p>
      {isOpen && <Change conversationId={conversationId} one={one} close={() => setOpen(false)} />}
      {cancel.error && <Trouble error={cancel.error} what="It was not cancelled." />}
    </li>
  )
}

const wordsOf = ({ content }: Waiting) => {
  if ('text' in content) return content.text
  return 'caption' in content && content.caption ? content.caption : content.kind
}

const Change = ({ conversationId, one, close }: { conversationId: string; one: Waiting; close: () => void }) => {
  const { content, messageId } = one
  const [text, setText] = useState(content.kind === 'text' ? content.text : '')
  const { run, error } = useCommand('message.reschedule')
  const now = useNow(30_000)
  const { timezone } = useSession().workspace
  const save = (change: { sendAt?: string }) => {
    const isOther = content.kind === 'text' && text.trim() !== '' && text !== content.text
    run({ conversationId, messageId, ...(isOther && { content: { kind: 'text', text: text.trim() } }), ...change })
    close()
  }
  return (
    <div className={style.change}>
      {content.kind === 'text' && (
        <>
          <textarea
            aria-label="What is said then"
            dir="auto"
            rows={3}
            maxLength={4_096}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
          <Button onClick={() => save({})}>Keep the words</Button>
        </>
      )}
      <When
        zone={timezone}
        now={now}
        soon={{ says: 'In an hour', ms: 3_600_000 }}
        verb="Send then"
        choose={(at) => save({ sendAt: new Date(at).toISOString() })}
      />
      {error && <Trouble error={error} what="Nothing has changed." />}
    </div>
  )
}
