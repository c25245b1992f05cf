import { z } from 'zod'
import { type MediaFile, ProviderFailure } from '../sender.ts'
import { ask, bring } from './ask.ts'
import { errorOfStatus } from './errors.ts'
import type { WhatsAppChannel } from './port.ts'

// Meta, "Upload a file" (Resumable Upload API): a session is opened, the bytes are brought, and the answer is a handle
// that a template may name. `app` is the app that the token was made for, so nobody has to say its id.

const Session = z.object({ id: z.string().regex(/^upload:[\w:=+/?&.%~-]{1,4000}$/) })
const Handle = z.object({ h: z.string().min(1).max(4_000) })

const strange = () => new ProviderFailure({ ...errorOfStatus(500), title: 'WhatsApp answered something else.' })

/** @throws ProviderFailure */
export async function uploadSample(channel: WhatsAppChannel, { bytes, mime, fileName }: MediaFile): Promise<string> {
  const about = new URLSearchParams({
    file_name: fileName ?? 'sample',
    file_length: String(bytes.length),
    file_type: mime,
  })
  const session = Session.safeParse(await ask(channel, 'POST', `app/uploads?${String(about)}`))
  if (!session.success) throw strange()
  // This one door of Meta's wants the word OAuth before the token.
  const headers = { authorization: `OAuth ${channel.token}`, file_offset: '0' }
  const handle = Handle.safeParse(await bring(channel, session.data.id, { bytes, headers }))
  if (!handle.success) throw strange()
  return handle.data.h
}
