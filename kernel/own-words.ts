import { z } from 'zod'
import { type Content, mediaKinds, Outgoing } from './content.ts'
import { invalid, missing } from './problem.ts'

// What somebody who is looked after says in the app, and what of it is taken for true: who they are is known, and
// everything else they say is looked up.

const id = z.string().min(1).max(128)

/** One of the choices that a message offers (its buttons, or the rows of its list). */
const Choice = z.object({ kind: z.literal('choice'), messageId: id, id: z.string().min(1).max(256) })

/** Of a file, its name, type and size are those that were found when it was brought. */
export const OwnWords = z.object({
  content: z.discriminatedUnion('kind', [...Outgoing.options, Choice]),
  replyTo: id.optional(),
})
export type OwnWords = z.infer<typeof OwnWords>

/** As it is said to the conversation. */
export interface Vouched {
  content: Content
  replyTo?: string | undefined
}

interface Offered {
  conversationId: string
  direction: string
  content: Content
}

/** What is known of a file that somebody brought. */
export interface FileFacts {
  by: string
  purpose: string
  status: string
  mime: string
  sizeBytes: number
  fileName: string | null
}

/** Where what they say is looked up: in their workspace. */
export interface Knowledge {
  message(id: string): Promise<Offered | undefined>
  file(id: string): Promise<FileFacts | undefined>
}

/** @throws Problem `not_carried`, `no_such_choice`, `file_missing` */
export async function vouched(
  { content, replyTo }: OwnWords,
  { userId, conversationId }: { userId: string; conversationId: string },
  known: Knowledge,
): Promise<Vouched> {
  switch (content.kind) {
    case 'text':
    case 'location':
      return { content, replyTo }
    case 'choice':
      return chosen(content, conversationId, known)
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
      return { content: await brought(content, userId, known), replyTo }
    default:
      throw invalid('not_carried', 'The app does not carry this.')
  }
}

type Chosen = z.infer<typeof Choice>
type Sent = Extract<Outgoing, { mime: string }>

async function chosen({ messageId, id: choiceId }: Chosen, conversationId: string, known: Knowledge): Promise<Vouched> {
  const message = await known.message(messageId)
  const isTheirs = message?.conversationId === conversationId && message.direction === 'out'
  const offered = isTheirs ? choicesOf(message.content) : undefined
  const choice = offered?.choices.find((one) => one.id === choiceId)
  if (!offered || !choice) throw missing('no_such_choice', 'Nobody offered this choice.')
  return { content: { kind: 'answer', of: offered.of, ...choice }, replyTo: messageId }
}

function choicesOf(content: Content) {
  if (content.kind === 'buttons') return { of: 'button' as const, choices: content.buttons }
  return content.kind === 'list' ? { of: 'list' as const, choices: content.rows } : undefined
}

/** One that somebody else brought is none: whoever guesses its id learns nothing. */
async function brought({ kind, fileId, caption }: Sent, userId: string, known: Knowledge): Promise<Content> {
  const file = fileId === undefined ? undefined : await known.file(fileId)
  const isThere = file?.by === userId && file.purpose === 'message' && whole.includes(file.status)
  if (!isThere || fileId === undefined) throw missing('file_missing', 'Bring the file first, and complete it.')
  const { mime, sizeBytes, fileName } = file
  return {
    kind: kindFor(mime, kind),
    ...{ mime, sizeBytes, fileId },
    ...(fileName !== null && { fileName }),
    ...(caption !== undefined && { caption }),
  }
}

const whole: readonly string[] = ['scanning', 'ready']

/** A file is shown as what it is; only whether a sound is a voice note its sender alone knows. */
function kindFor(mime: string, wanted: Sent['kind']): Sent['kind'] {
  const [family = ''] = mime.split('/')
  if (family === 'audio') return wanted === 'voice' ? 'voice' : 'audio'
  const shownAs = mediaKinds.find((kind) => kind === family)
  return shownAs ?? 'document'
}
