import { IconLock, IconX } from '@tabler/icons-react'
import { lazy, Suspense, useRef, type ReactNode, type RefObject } from 'react'
import type { Draft, Header, Message } from '../../client/wire.ts'
import { IconButton } from '../parts/button.tsx'
import { onceOnline } from '../parts/once-online.ts'
import { Attachments } from './attachments.tsx'
import { ChannelPicker, useWays } from './channel-picker.tsx'
import { CannedPicker, useCannedPicker } from './canned-picker.tsx'
import style from './composer.module.css'
import { Field } from './field.tsx'
import { gist } from './gist.ts'
import type { MailBefore } from './mail-draft.ts'
import { useMailBefore } from './use-mail-before.ts'
import { MachineDraft } from './machine-draft.tsx'
import { MentionPicker, useMentionPicker } from './mention-picker.tsx'
import { SendLater } from './send-later.tsx'
import { TemplatePicker } from './template-picker.tsx'
import { Tools } from './tools.tsx'
import { useWriting } from './use-writing.ts'
import { WindowClosed, WindowTimer } from './window-timer.tsx'

const MailFields = lazy(() =>
  onceOnline(() => import('./mail-fields.tsx')).then((part) => ({ default: part.MailFields })),
)

const VoiceNote = lazy(() =>
  onceOnline(() => import('./voice/voice-note.tsx')).then((part) => ({ default: part.VoiceNote })),
)

const Share = lazy(() => onceOnline(() => import('./share.tsx')).then((part) => ({ default: part.Share })))

interface Props {
  conversationId: string
  conversation: Header
  /** The latest of what was said. */
  messages: readonly Message[]
  draft: Draft | null
  replyTo: Message | null
  leaveReply: () => void
}

export const Composer = (props: Props) => {
  const { conversationId, conversation, replyTo } = props
  const by = useWays(conversationId, conversation)
  const { way, leftMs, isClosed } = by
  const field = useRef<HTMLTextAreaElement>(null)
  const writing = useWriting({ ...props, way }, field)
  const { draft, attachments } = writing
  const before = useMailBefore(props.messages, replyTo, way)
  const isBlocked = isClosed && !draft.isNote
  return (
    <div
      className={style.composer}
      data-note={draft.isNote || undefined}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        if (!isBlocked && !draft.isNote) attachments.add(event.dataTransfer.files)
      }}
    >
      {props.draft && <MachineDraft conversationId={conversationId} draft={props.draft} use={writing.change} />}
      <div className={style.box}>
        <Top isNote={draft.isNote} toNote={writing.toNote} leftMs={leftMs}>
          <ChannelPicker {...by} text={draft.text} />
        </Top>
        {replyTo && !draft.isNote && <Replying message={replyTo} leave={props.leaveReply} />}
        {isBlocked ? (
          <WindowClosed
            name={conversation.name}
            hadOne={conversation.windowExpiresAt !== null}
            toNote={() => writing.toNote(true)}
            instead={
              way?.kind === 'whatsapp' && <TemplatePicker conversationId={conversationId} channelId={way.channelId} />
            }
          />
        ) : (
          <Written
            conversationId={conversationId}
            name={conversation.name}
            field={field}
            writing={writing}
            before={draft.isNote ? null : before}
          />
        )}
      </div>
      <p className="unseen" role="status">
        {conversationId && isBlocked ? 'Free text is not possible now.' : ''}
      </p>
    </div>
  )
}

interface WrittenProps {
  conversationId: string
  name: string
  field: RefObject<HTMLTextAreaElement | null>
  writing: ReturnType<typeof useWriting>
  /** What a mail answers; null for what is none. */
  before: MailBefore | null
}

const Written = ({ conversationId, name, field, writing, before }: WrittenProps) => {
  const { draft, attachments, sharing, speaking } = writing
  const canned = useCannedPicker({ conversationId, text: draft.text, change: writing.change })
  const mention = useMentionPicker({ isNote: draft.isNote, text: draft.text, change: writing.change })
  return (
    <>
      {before && (
        <Suspense fallback={null}>
          <MailFields mail={draft.mail} before={before} change={(mail) => draft.set({ mail })} />
        </Suspense>
      )}
      {!draft.isNote && <Attachments {...attachments} />}
      <CannedPicker picker={canned} />
      <MentionPicker picker={mention} />
      <Field
        field={field}
        text={draft.text}
        name={name}
        isNote={draft.isNote}
        max={writing.textMax}
        isLong={before !== null}
        change={writing.change}
        send={writing.send}
        paste={attachments.add}
        list={mention.isOpen ? mention : canned.list}
      />
      <Tools
        isNote={draft.isNote}
        isLong={before !== null}
        canSend={writing.canSend}
        attach={attachments.add}
        send={writing.send}
        isLater={writing.isLater}
        later={writing.later}
        sharing={sharing}
        speaking={speaking}
      />
      {writing.whyNot && (
        <p className={style.whyNot} role="alert">
          {writing.whyNot}
        </p>
      )}
      {!draft.isNote && <Panels writing={writing} />}
    </>
  )
}

const Panels = ({ writing }: Pick<WrittenProps, 'writing'>) => {
  const { sharing, speaking } = writing
  return (
    <Suspense fallback={null}>
      {writing.isLater && <SendLater send={writing.sendLater} />}
      {speaking.isOpen && speaking.canBe && <VoiceNote done={speaking.done} leave={speaking.leave} />}
      {sharing.isOpen && sharing.canBe && <Share send={sharing.send} leave={sharing.leave} />}
    </Suspense>
  )
}

interface TopProps {
  isNote: boolean
  toNote: (isNote: boolean) => void
  leftMs: number
  children: ReactNode
}

const Top = ({ isNote, toNote, leftMs, children }: TopProps) => (
  <div className={style.top}>
    <div className={style.kinds} role="group" aria-label="What you write">
      <button type="button" aria-pressed={!isNote} onClick={() => toNote(false)}>
        Answer
      </button>
      <button type="button" aria-pressed={isNote} onClick={() => toNote(true)}>
        <IconLock size={12} stroke={2} aria-hidden="true" />
        Note
      </button>
    </div>
    {isNote ? (
      <span className={style.aside}>Seen by staff only</span>
    ) : (
      <>
        {children}
        <WindowTimer leftMs={leftMs} />
      </>
    )}
  </div>
)

const Replying = ({ message, leave }: { message: Message; leave: () => void }) => (
  <p className={style.replying}>
    <span>
      Reply to <bdi>{gist(message)}</bdi>
    </span>
    <IconButton says="Do not reply to this one" onClick={leave}>
      <IconX size={15} stroke={2} />
    </IconButton>
  </p>
)
