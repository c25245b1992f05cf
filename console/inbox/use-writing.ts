import { useEffect, useState, type RefObject } from 'react'
import { flushSync } from 'react-dom'
import type { WayNow } from '../../client/connections.ts'
import type { Message } from '../../client/wire.ts'
import type { Outgoing } from '../../kernel/content.ts'
import { mailTextMax } from '../../kernel/mail.ts'
import { careline } from '../live/careline.ts'
import { useMembers } from '../live/use-session.ts'
import { useKeys } from '../shell/keys.ts'
import { type Draft, useDraft } from './draft.ts'
import { mailOf, noMail, whyNotTo, whyNotWith } from './mail-draft.ts'
import { mentionedIn } from './mention-picker.tsx'
import { type Attachment, contentOf, useAttachments } from './use-attachments.ts'
import { useSharing, useSpeaking } from './use-panels.ts'

/** Of what goes by other ways than mail. */
const wordsMax = 4_096

interface Writing {
  conversationId: string
  replyTo: Message | null
  leaveReply: () => void
  /** By which the answer goes, where it is known. */
  way: WayNow | undefined
}

/** What is being written, and what becomes of it. */
export function useWriting(
  { conversationId, replyTo, leaveReply, way }: Writing,
  field: RefObject<HTMLTextAreaElement | null>,
) {
  const draft = useDraft(conversationId)
  const attachments = useAttachments()
  const { text, canSend, whyNot, textMax, contents } = written(draft, attachments.files, way)
  const write = useFocus(conversationId, { replyTo, field, draft })
  const [isLater, setLater] = useState(false)
  const { members } = useMembers()
  const beside = besides(replyTo, way)
  const sendLater = (sendAt: string, unlessAnswered: boolean) => {
    if (!canSend) return
    for (const content of contents())
      void careline().command('message.schedule', { conversationId, content, sendAt, unlessAnswered, ...beside })
    setLater(false)
    done()
  }
  const share = (content: Outgoing) => {
    void careline().command('message.send', { conversationId, content, ...beside })
    leaveReply()
  }
  const toField = () => field.current?.focus()
  const done = () => {
    draft.set({ text: '', mail: null })
    attachments.clear()
    leaveReply()
  }
  const send = () => {
    if (!canSend) return
    const client = careline()
    client.typing(conversationId, false)
    if (draft.isNote) {
      const mentions = mentionedIn(text, members)
      void client.command('note.add', { conversationId, text, ...(mentions.length > 0 && { mentions }) })
      draft.set({ text: '' })
      return
    }
    for (const content of contents()) void client.command('message.send', { conversationId, content, ...beside })
    done()
  }
  return {
    draft,
    attachments,
    canSend,
    /** Why it cannot go as it stands. */
    whyNot,
    textMax,
    send,
    isLater,
    later: () => setLater(!isLater),
    sendLater,
    sharing: useSharing(way, share, toField),
    speaking: useSpeaking(way, attachments.say, toField),
    toNote: write,
    change: (next: string) => {
      draft.set({ text: next })
      if (!draft.isNote) careline().typing(conversationId, next.trim() !== '')
    },
  }
}

/** What stands there as it would be sent, and whether it can be. */
function written(draft: Draft, files: readonly Attachment[], way: WayNow | undefined) {
  const ready = files.filter(({ state }) => state === 'ready')
  const isUploading = files.some(({ state }) => state === 'uploading')
  const text = draft.text.trim()
  const hasWords = text !== '' || (ready.length > 0 && !draft.isNote)
  if (way?.kind !== 'email' || draft.isNote)
    return {
      ...{ text, canSend: hasWords && !isUploading, whyNot: null, textMax: wordsMax },
      contents: () => contentsOf(text, ready),
    }
  const mail = draft.mail ?? noMail
  const whyNot = whyNotWith(ready)
  const isAddressed = whyNotTo(mail.cc) === null && whyNotTo(mail.bcc) === null
  const canSend = hasWords && !isUploading && isAddressed && whyNot === null
  return { text, canSend, whyNot, textMax: mailTextMax, contents: () => [mailOf(text, mail, ready)] }
}

interface Focused {
  replyTo: Message | null
  field: RefObject<HTMLTextAreaElement | null>
  draft: ReturnType<typeof useDraft>
}

/** The keys and presses that lead into the field. */
function useFocus(conversationId: string, { replyTo, field, draft }: Focused) {
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
  return write
}

/** Beside its words. Only a way that was chosen is said: by default the server knows best where they wrote last. */
const besides = (replyTo: Message | null, way: WayNow | undefined) => ({
  ...(replyTo && { replyTo: replyTo._id }),
  ...(way && !way.isUsual && { channelId: way.channelId }),
})

/** Words go under the first file that can carry them; without one they are a message of their own. */
function contentsOf(text: string, files: readonly Attachment[]): Outgoing[] {
  const carrier = text.length <= 1_024 ? files.findIndex(({ mime }) => !mime.startsWith('audio/')) : -1
  const sent = files.flatMap((file, index) => contentOf(file, index === carrier ? text : '') ?? [])
  return carrier >= 0 || text === '' ? sent : [...sent, { kind: 'text' as const, text }]
}
