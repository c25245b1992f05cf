import { IconLock, IconX } from '@tabler/icons-react'
import { useEffect, useRef, type RefObject } from 'react'
import { flushSync } from 'react-dom'
import type { Header, Message } from '../../client/wire.ts'
import { careline } from '../live/careline.ts'
import { useKeys } from '../shell/keys.ts'
import { IconButton } from '../parts/button.tsx'
import { Attachments } from './attachments.tsx'
import { ChannelGlyph } from './avatar.tsx'
import style from './composer.module.css'
import { useDraft } from './draft.ts'
import { Field } from './field.tsx'
import { gist } from './gist.ts'
import { Tools } from './tools.tsx'
import { contentOf, useAttachments } from './use-attachments.ts'
import { useWindow, WindowClosed, WindowTimer } from './window-timer.tsx'

interface Props {
  conversationId: string
  conversation: Header
  replyTo: Message | null
  leaveReply: () => void
}

export const Composer = (props: Props) => {
  const { conversationId, conversation, replyTo } = props
  const { leftMs, isClosed } = useWindow(conversation.channelId, conversation.windowExpiresAt)
  const field = useRef<HTMLTextAreaElement>(null)
  const writing = useWriting(props, field)
  const { draft, attachments } = writing
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
      <div className={style.box}>
        <Top isNote={draft.isNote} toNote={writing.toNote} leftMs={leftMs} />
        {replyTo && !draft.isNote && <Replying message={replyTo} leave={props.leaveReply} />}
        {isBlocked ? (
          <WindowClosed
            name={conversation.name}
            hadOne={conversation.windowExpiresAt !== null}
            toNote={() => writing.toNote(true)}
          />
        ) : (
          <>
            {!draft.isNote && <Attachments files={attachments.files} remove={attachments.remove} />}
            <Field
              field={field}
              text={draft.text}
              name={conversation.name}
              isNote={draft.isNote}
              change={writing.change}
              send={writing.send}
              paste={attachments.add}
            />
            <Tools isNote={draft.isNote} canSend={writing.canSend} attach={attachments.add} send={writing.send} />
          </>
        )}
      </div>
      <p className="unseen" role="status">
        {conversationId && isBlocked ? 'Free text is not possible now.' : ''}
      </p>
    </div>
  )
}

function useWriting({ conversationId, replyTo, leaveReply }: Props, field: RefObject<HTMLTextAreaElement | null>) {
  const draft = useDraft(conversationId)
  const attachments = useAttachments()
  const ready = attachments.files.filter(({ state }) => state === 'ready')
  const isUploading = attachments.files.some(({ state }) => state === 'uploading')
  const text = draft.text.trim()
  const canSend = !isUploading && (text !== '' || (ready.length > 0 && !draft.isNote))
  const write = (isNote: boolean) => {
    // At once, so that the very next key is written: the field may only now take the place of another word.
    flushSync(() => draft.set({ isNote }))
    field.current?.focus()
  }
  useKeys({ answer: () => write(false), note: () => write(true) })
  useEffect(() => {
    if (replyTo) field.current?.focus()
  }, [replyTo, field])
  useEffect(() => () => careline().typing(conversationId, false), [conversationId])

  const send = () => {
    if (!canSend) return
    const client = careline()
    client.typing(conversationId, false)
    if (draft.isNote) {
      void client.command('note.add', { conversationId, text })
      draft.set({ text: '' })
      return
    }
    const answers = replyTo ? { replyTo: replyTo._id } : {}
    for (const content of contentsOf(text, ready))
      void client.command('message.send', { conversationId, content, ...answers })
    draft.set({ text: '' })
    attachments.clear()
    leaveReply()
  }
  return {
    draft,
    attachments,
    canSend,
    send,
    toNote: write,
    change: (next: string) => {
      draft.set({ text: next })
      if (!draft.isNote) careline().typing(conversationId, next.trim() !== '')
    },
  }
}

/** Words go under the first file that can carry them; without one they are a message of their own. */
function contentsOf(text: string, files: Parameters<typeof contentOf>[0][]) {
  const carrier = text.length <= 1_024 ? files.findIndex(({ mime }) => !mime.startsWith('audio/')) : -1
  const sent = files.flatMap((file, index) => contentOf(file, index === carrier ? text : '') ?? [])
  return carrier >= 0 || text === '' ? sent : [...sent, { kind: 'text' as const, text }]
}

const Top = ({ isNote, toNote, leftMs }: { isNote: boolean; toNote: (isNote: boolean) => void; leftMs: number }) => (
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
        <span className={style.via}>
          <ChannelGlyph size={14} />
          WhatsApp
        </span>
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
