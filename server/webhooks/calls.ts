import { z } from 'zod'
import { Problem } from '../../kernel/problem.ts'
import { type VoiceLine, voiceLanguages } from '../../kernel/voice-line.ts'
import { CallForm, callerOf, legs, parseCall, RecordingForm } from '../../providers/twilio/calls.ts'
import { formOf } from '../../providers/twilio/signature.ts'
import { dial, document, hangUp, record, reject, say, type Verb } from '../../providers/twilio/twiml.ts'
import { bytes, post, raw } from '../http/route.ts'
import type { Ports } from '../ports.ts'
import { bodyMax, demandSigned, known, ofMessage, twiml } from './twilio.ts'

// Twilio asks what to do with a call, and does what it is answered: each answer is a document of TwiML.

const about = {
  allow: 'public',
  limit: 'none',
  tags: ['Webhooks'],
  body: bytes(bodyMax),
  reply: raw('text/xml'),
} as const
const problems = ['bad_signature', 'not_a_call', 'intake_full']
/** With the + in front, as Twilio writes numbers. */
const number = z.string().regex(/^\+\d{6,15}$/)
const path = (channelId: string, rest: string) => `/webhooks/twilio/${channelId}/${rest}`
const voicemailPath = (channelId: string, from: string) => path(channelId, `voicemail?from=${encodeURIComponent(from)}`)

interface Told {
  channels: Ports['channels']
  originFor: Ports['originFor']
  body: Buffer
  request: { header(name: string): string }
}

/** @throws Problem `not_found`, `bad_signature` */
async function heard({ channels, originFor, body, request }: Told, channelId: string, address: string) {
  const channel = await known(channels, channelId)
  const origin = originFor(channel)
  const form = body.toString('utf8')
  demandSigned(channel, origin + address, form, request.header('x-twilio-signature'))
  return { channel, origin, form }
}

function callIn(form: string) {
  const read = CallForm.safeParse(formOf(form))
  if (!read.success) throw new Problem('malformed', 'not_a_call', 'This is nothing of a call.')
  return read.data
}

const isOver = ({ CallStatus }: CallForm) => !['queued', 'initiated', 'ringing', 'in-progress'].includes(CallStatus)
type CallForm = z.infer<typeof CallForm>

export const callWebhooks = [
  post(
    '/webhooks/twilio/:channelId/voice',
    { ...about, summary: 'Somebody calls a number at Twilio, or the call is over: what is said to them', problems },
    async ({ acceptReceived, now, params: { channelId }, ...told }) => {
      const { channel, origin, form } = await heard(told, channelId, path(channelId, 'voice'))
      const call = callIn(form)
      if (call.Direction?.startsWith('outbound'))
        throw new Problem('malformed', 'not_a_call', 'This call did not come in.')
      await acceptReceived(channel, [parseCall({ call: 'in', form, at: now() })])
      return twiml(isOver(call) ? document() : answer(channel, origin, call))
    },
  ),

  post(
    '/webhooks/twilio/:channelId/voice-over',
    {
      ...about,
      summary: 'A telephone of the business was rung, or something was recorded: how the call goes on',
      problems,
    },
    async ({ acceptReceived, now, params: { channelId }, ...told }) => {
      const { channel, origin, form } = await heard(told, channelId, path(channelId, 'voice-over'))
      const call = callIn(form)
      const { thanks, tag } = voiceLanguages[channel.voice.language]
      if (call.DialCallStatus === undefined) {
        // Told here and when it can be fetched: what one of the two does not bring the other does.
        const { phone: from } = callerOf(call)
        const isRecorded = from !== undefined && RecordingForm.safeParse(formOf(form)).success
        if (isRecorded) await acceptReceived(channel, [parseCall({ call: 'voicemail', form, at: now(), from })])
        return twiml(document(...say(thanks, tag), hangUp))
      }
      const item = parseCall({ call: 'through', form, at: now() })
      await acceptReceived(channel, [item])
      return twiml(item.kind === 'call' ? document(hangUp) : document(...greeting(channel, origin, call)))
    },
  ),

  post(
    '/webhooks/twilio/:channelId/voicemail',
    {
      ...about,
      summary: 'What somebody said after the tone can be fetched',
      query: z.object({ from: number }),
      problems: ['bad_signature', 'not_a_recording', 'intake_full'],
    },
    async ({ acceptReceived, now, params: { channelId }, query: { from }, ...told }) => {
      const { channel, form } = await heard(told, channelId, voicemailPath(channelId, from))
      if (!RecordingForm.safeParse(formOf(form)).success)
        throw new Problem('malformed', 'not_a_recording', 'This is nothing of a recording.')
      await acceptReceived(channel, [parseCall({ call: 'voicemail', form, at: now(), from })])
      return twiml(document())
    },
  ),

  post(
    '/webhooks/twilio/:channelId/:conversationId/:messageId/:leg',
    {
      ...about,
      summary: 'What became of a call of ours, at the telephone of the staff or the person’s',
      params: ofMessage.extend({ leg: z.enum(legs) }),
      problems,
    },
    async ({ acceptReceived, now, params: { channelId, conversationId, messageId, leg }, ...told }) => {
      const { channel, form } = await heard(told, channelId, path(channelId, `${conversationId}/${messageId}/${leg}`))
      callIn(form)
      const opaque = `${conversationId}:${messageId}`
      await acceptReceived(channel, [parseCall({ call: 'out', form, at: now(), opaque, leg })])
      return twiml(document())
    },
  ),
]

type Line = { id: string; voice: VoiceLine; fields: Readonly<Record<string, string>> }

/** What is done with a call that comes in. */
function answer(channel: Line, origin: string, call: CallForm): string {
  const { isOn, putThroughTo: to, ringSeconds: seconds } = channel.voice
  if (!isOn) return document(reject)
  if (to === '') return document(...greeting(channel, origin, call))
  // Who takes it sees the number of the business, and knows by it what rings.
  const callerId = channel.fields['from'] ?? ''
  return document(dial({ to, callerId, seconds, nextUrl: origin + path(channel.id, 'voice-over') }))
}

function greeting({ id, voice }: Line, origin: string, call: CallForm): Verb[] {
  const { tag, ...usual } = voiceLanguages[voice.language]
  const { phone } = callerOf(call)
  const hello = say(voice.greeting || usual.greeting, tag)
  // What nobody could answer is not asked for.
  if (phone === undefined) return [...hello, ...say(usual.unknown, tag), hangUp]
  if (!voice.hasVoicemail) return [...hello, hangUp]
  const { maxSeconds, recordingNotice } = voice
  const nextUrl = origin + path(id, 'voice-over')
  const recording = record({ maxSeconds, nextUrl, doneUrl: origin + voicemailPath(id, phone) })
  return [...hello, ...say(recordingNotice, tag), ...say(usual.ask, tag), recording, ...say(usual.thanks, tag), hangUp]
}
