import { z } from 'zod'
import type { Content } from '../../../kernel/content.ts'
import { textMax } from '../../../kernel/content.ts'
import { conflict, missing, Problem } from '../../../kernel/problem.ts'
import * as envelope from './envelope.ts'
import type { MessageRow, PersonRow } from './ledger.ts'
import type { Line } from './line.ts'
import { digestOf } from './line.ts'
import { samples } from './samples.ts'
import type { SimulatedChannel } from './settings.ts'
import { buttonsOf } from './templates.ts'

const id = z.string().min(1).max(256)
const words = (max: number) => z.string().min(1).max(max)

/** What a person does on the phone. */
export const Act = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: words(textMax) }),
  z.strictObject({
    kind: z.enum(['image', 'video', 'audio', 'voice', 'document', 'sticker']),
    sample: z.enum(['image', 'voice', 'tone', 'document']).optional(),
    base64: z.base64().max(22_500_000).optional(),
    mime: z
      .string()
      .max(128)
      .regex(/^[\w.+-]+\/[\w.+-]+(;.*)?$/)
      .optional(),
    fileName: z.string().max(255).optional(),
    caption: z.string().max(1_024).optional(),
  }),
  z.strictObject({
    kind: z.literal('location'),
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
    name: z.string().max(1_000).optional(),
    address: z.string().max(1_000).optional(),
  }),
  z.strictObject({
    kind: z.literal('contacts'),
    contacts: z
      .array(z.strictObject({ name: words(512), phones: z.array(words(64)).max(20) }))
      .min(1)
      .max(20),
  }),
  z.strictObject({ kind: z.literal('answer'), to: id, id: z.string().min(1).max(256) }),
  z.strictObject({ kind: z.literal('reaction'), to: id, emoji: words(32).nullable() }),
  z.strictObject({ kind: z.literal('edit'), to: id, text: words(textMax) }),
  z.strictObject({ kind: z.literal('delete'), to: id }),
  z.strictObject({ kind: z.literal('unsupported'), what: words(100).optional() }),
])
export type Act = z.infer<typeof Act>

type Media = Extract<Act, { kind: 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker' }>
type Saying = Exclude<Act, { kind: 'edit' | 'delete' | 'reaction' }>
export interface Done {
  id: string
  message: MessageRow
}

const editMs = 15 * 60_000
const fileMax = 16 * 1_048_576
const sampleOf = {
  image: 'image',
  video: 'image',
  sticker: 'image',
  audio: 'tone',
  voice: 'voice',
  document: 'document',
} as const

/** Carries out what people do, and tells Careline by webhook. */
export class Acts {
  readonly #line: Line

  constructor(line: Line) {
    this.#line = line
  }

  perform(channel: SimulatedChannel, waId: string, act: Act, replyTo?: string): Done {
    const person = this.#line.present(waId)
    return this.#line.change(() => {
      if (act.kind === 'reaction') return this.#react(channel, person, act)
      if (act.kind === 'edit') return this.#reword(channel, person, act.to, act.text)
      if (act.kind === 'delete') return this.#revoke(channel, person, act.to)
      return this.#say(channel, person, act, replyTo)
    })
  }

  #say(channel: SimulatedChannel, person: PersonRow, act: Saying, replyTo: string | undefined): Done {
    const line = this.#line
    const answered = (act.kind === 'answer' ? act.to : replyTo) ?? null
    if (answered !== null) line.inChat(channel, person, answered)
    const content = this.#contentOf(channel, person, act)
    const message: MessageRow = { ...line.blank(channel, person, true), by: 'person', content, replyTo: answered }
    const { id, at } = message
    line.addMessage(message)
    line.saveChat({ ...line.ledger.chat(channel.phoneNumberId, person.waId), lastInAt: at })
    const said = { id, at, content, replyTo: answered, file: line.fileOf(content) }
    line.send(channel, person, envelope.inbound(channel, person, said), id)
    return { id, message }
  }

  #react(channel: SimulatedChannel, person: PersonRow, { to, emoji }: Extract<Act, { kind: 'reaction' }>): Done {
    const line = this.#line
    const target = line.inChat(channel, person, to)
    const { person: _, ...others } = target.reactions
    const message = { ...target, reactions: { ...others, ...(emoji !== null && { person: emoji }) } }
    const { id, at } = line.blank(channel, person, true)
    line.saveMessage(message)
    line.saveChat({ ...line.ledger.chat(channel.phoneNumberId, person.waId), lastInAt: at })
    line.send(
      channel,
      person,
      envelope.inbound(channel, person, { id, at, content: { kind: 'reaction', to, emoji } }),
      id,
    )
    return { id, message }
  }

  #own(channel: SimulatedChannel, person: PersonRow, id: string): MessageRow {
    const message = this.#line.inChat(channel, person, id)
    if (message.by === 'person' && !message.isDeleted) return message
    throw conflict('not_yours', 'Only an own message can be changed.')
  }

  /** WhatsApp lets people edit for 15 minutes. */
  #reword(channel: SimulatedChannel, person: PersonRow, of: string, text: string): Done {
    const line = this.#line
    const target = this.#own(channel, person, of)
    const { id, at } = line.blank(channel, person, true)
    if (at - target.at > editMs) throw conflict('too_late', 'A message can be edited for 15 minutes.')
    const content = reworded(target.content, text)
    const message = { ...target, content, isEdited: true }
    line.saveMessage(message)
    const change = { id, at, of, content, file: line.fileOf(content) }
    line.send(channel, person, envelope.change(channel, person, change), id)
    return { id, message }
  }

  #revoke(channel: SimulatedChannel, person: PersonRow, of: string): Done {
    const message = { ...this.#own(channel, person, of), isDeleted: true }
    const { id, at } = this.#line.blank(channel, person, true)
    this.#line.saveMessage(message)
    this.#line.send(channel, person, envelope.change(channel, person, { id, at, of, content: null }), id)
    return { id, message }
  }

  #contentOf(channel: SimulatedChannel, person: PersonRow, act: Saying): Content {
    if (act.kind === 'unsupported') return { kind: 'unsupported', what: act.what ?? 'poll_creation' }
    if (act.kind === 'answer') return this.#tapped(channel, this.#line.inChat(channel, person, act.to).content, act.id)
    if (act.kind === 'text' || act.kind === 'contacts' || act.kind === 'location') return act
    return this.#attach(channel, act)
  }

  #tapped(channel: SimulatedChannel, content: Content, id: string): Content {
    if (content.kind === 'buttons') {
      const button = content.buttons.find((each) => each.id === id)
      if (button !== undefined) return { kind: 'answer', of: 'button', ...button }
    }
    if (content.kind === 'list') {
      const row = content.rows.find((each) => each.id === id)
      if (row !== undefined) return { kind: 'answer', of: 'list', ...row }
    }
    const isOffered = buttonsOf(this.#line.ledger, channel, content)?.includes(id) === true
    if (isOffered) return { kind: 'answer', of: 'quick_reply', id, title: id }
    throw missing('no_such_button', 'This message offers no such button.')
  }

  #attach({ phoneNumberId }: SimulatedChannel, act: Media): Content {
    const { kind, caption } = act
    const { bytes, mime, fileName } = fileOf(act)
    if (bytes.length === 0 || bytes.length > fileMax)
      throw new Problem('invalid', 'bad_file', 'A file has 1 byte to 16 MB.')
    const mediaId = this.#line.ledger.addMedia({ phoneNumberId, mime, sha256: digestOf(bytes), fileName, bytes })
    const named = { ...(fileName !== null && { fileName }), ...(caption !== undefined && { caption }) }
    return { kind, mime, mediaId, sizeBytes: bytes.length, ...named }
  }
}

/** The person's own file, or a sample. */
function fileOf({ kind, base64, mime, fileName, sample }: Media): {
  bytes: Buffer
  mime: string
  fileName: string | null
} {
  if (base64 !== undefined) {
    const bytes = Buffer.from(base64, 'base64')
    return { bytes, mime: mime ?? 'application/octet-stream', fileName: fileName ?? null }
  }
  const chosen = samples[sample ?? sampleOf[kind]]
  const name = fileName ?? (kind === 'document' ? chosen.fileName : null)
  return { bytes: chosen.make(), mime: mime ?? chosen.mime, fileName: name }
}

function reworded(content: Content, text: string): Content {
  if (content.kind === 'text') return { ...content, text }
  if ('mime' in content) return { ...content, caption: text.slice(0, 1_024) }
  throw conflict('not_editable', 'Only words and captions can be edited.')
}
