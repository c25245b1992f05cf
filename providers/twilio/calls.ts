import { z } from 'zod'
import type { CallNews, CallStatus } from '../../kernel/call.ts'
import { phoneOf } from '../../kernel/phone.ts'
import type { Correspondent, ReceivedItem } from '../received.ts'
import { type Form, formOf } from './signature.ts'

// https://www.twilio.com/docs/voice/twiml#request-parameters, https://www.twilio.com/docs/voice/api/call-resource

const statuses = [
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
]
const callSid = z.string().regex(/^CA[0-9a-f]{32}$/)
const optional = (max: number) => z.string().max(max).optional().catch(undefined)
const seconds = z.coerce.number().int().min(0).max(86_400).optional().catch(undefined)

export const CallForm = z.object({
  CallSid: callSid,
  CallStatus: z.enum(statuses as ['queued', ...string[]]),
  /** `inbound`, or how one of ours was made; calls of before there were others do not say. */
  Direction: optional(32),
  From: optional(128),
  /** As it was called before, with its country beside it. */
  Caller: optional(128),
  CallerCountry: optional(2),
  CallDuration: seconds,
  /** Of one that was put through. */
  DialCallStatus: optional(32),
  DialCallDuration: seconds,
})
type CallForm = z.infer<typeof CallForm>

export const RecordingForm = z
  .object({
    CallSid: callSid,
    RecordingSid: z
      .string()
      .regex(/^RE[0-9a-f]{32}$/)
      .optional(),
    /** Names it where nothing else does. */
    RecordingUrl: z
      .string()
      .regex(/\/RE[0-9a-f]{32}$/)
      .max(512)
      .optional(),
    RecordingStatus: z.enum(['completed', 'absent', 'in-progress', 'failed']).default('completed'),
    AccountSid: z.string().regex(/^AC[0-9a-zA-Z]{32}$/),
    RecordingDuration: seconds,
  })
  .refine(({ RecordingSid, RecordingUrl }) => (RecordingSid ?? RecordingUrl) !== undefined)

/** Which telephone of a call of ours something is told of. */
export const legs = ['staff', 'person'] as const
export type Leg = (typeof legs)[number]

/** What Twilio tells of a call, as it is kept. */
const Kept = z.object({
  /** A call that came in; that it was put through; one of ours; what somebody left. */
  call: z.enum(['in', 'through', 'out', 'voicemail']),
  form: z.string().max(65_536),
  at: z.number(),
  leg: z.enum(legs).optional(),
  /** Of one of ours: our own ids of it, as its address says. */
  opaque: z.string().max(512).optional(),
  /** Of what somebody left: who, as its address says. */
  from: z.string().max(32).optional(),
})
type Kept = z.infer<typeof Kept>

export const parseCall = (kept: Kept): ReceivedItem => itemOf(Kept.parse(kept))
export const isCall = (kept: unknown): boolean => Kept.safeParse(kept).success
/** Of what was kept. @throws ZodError where it was none of ours */
export const parseCallItem = (kept: unknown): ReceivedItem => parseCall(Kept.parse(kept))

function itemOf(kept: Kept): ReceivedItem {
  const raw = JSON.stringify(kept)
  const form = formOf(kept.form)
  if (kept.call === 'voicemail') return voicemailOf(form, kept, raw)
  const call = CallForm.parse(form)
  const { CallSid: providerId, CallStatus, DialCallStatus = '' } = call
  if (kept.call === 'out') {
    const { leg = 'person', opaque = '', at } = kept
    const eventKey = `call/${providerId}/${leg}/${CallStatus}`
    const news = meaningOfLeg(leg, CallStatus, call.CallDuration)
    // Ended is ended by the first telephone; whose call it is, the first one's id says.
    return news
      ? { kind: 'call_status', eventKey, raw, providerId, opaque, at, leg, call: news }
      : { kind: 'other', eventKey, raw }
  }
  const isThrough = kept.call === 'through'
  const eventKey = `call/${providerId}/${isThrough ? `through/${DialCallStatus}` : CallStatus}`
  const [news] = isThrough ? takenAs(call) : endOf(CallStatus)
  if (!news) return { kind: 'other', eventKey, raw }
  return { kind: 'call', eventKey, raw, providerId, from: callerOf(call), at: kept.at, call: news }
}

function voicemailOf(form: Form, { from = '', at }: Kept, raw: string): ReceivedItem {
  const { RecordingStatus, RecordingDuration, AccountSid, CallSid, ...named } = RecordingForm.parse(form)
  const providerId = named.RecordingSid ?? named.RecordingUrl?.slice(-34) ?? ''
  const eventKey = `recording/${providerId}/${RecordingStatus}`
  if (RecordingStatus !== 'completed' || RecordingDuration === 0) return { kind: 'other', eventKey, raw }
  const mediaId = `/2010-04-01/Accounts/${AccountSid}/Recordings/${providerId}.mp3`
  const content = { kind: 'voice' as const, mime: 'audio/mpeg', mediaId }
  return { kind: 'message', eventKey, raw, providerId, from: { phone: from }, at, content, replyTo: CallSid }
}

/** That it rings, or that it is over: what Twilio calls completed is that nobody but its machine had taken it. */
export function endOf(status: string): CallNews[] {
  if (status === 'queued' || status === 'ringing' || status === 'initiated') return [{ status: 'ringing' }]
  return [{ status: status === 'in-progress' ? 'in_progress' : 'missed' }]
}

function takenAs({ DialCallStatus, DialCallDuration }: CallForm): CallNews[] {
  const isTaken = DialCallStatus === 'completed' || DialCallStatus === 'answered'
  return isTaken ? [{ status: 'completed', ...(DialCallDuration !== undefined && { seconds: DialCallDuration }) }] : []
}

const ofPerson: Readonly<Record<string, CallStatus>> = {
  ringing: 'ringing',
  'in-progress': 'in_progress',
  completed: 'completed',
  busy: 'busy',
  'no-answer': 'no_answer',
  failed: 'failed',
  canceled: 'cancelled',
}
const ofStaff: Readonly<Record<string, CallNews>> = {
  completed: { status: 'cancelled' },
  canceled: { status: 'cancelled' },
  busy: { status: 'cancelled', why: 'The telephone of the member was busy.' },
  'no-answer': { status: 'cancelled', why: 'The member did not answer their telephone.' },
  failed: { status: 'cancelled', why: 'The telephone of the member cannot be reached.' },
}

/** What one of the two telephones of our call says of the whole; undefined where that is no news. */
export function meaningOfLeg(leg: Leg, status: string, lasted: number | string | undefined): CallNews | undefined {
  if (leg === 'staff') return ofStaff[status]
  const meant = ofPerson[status]
  if (meant === undefined) return undefined
  const spoke = Number(lasted ?? Number.NaN)
  return { status: meant, ...(meant === 'completed' && Number.isInteger(spoke) && { seconds: spoke }) }
}

// What stands for a number that is not shown: https://www.twilio.com/docs/voice/twiml#anonymous-calls and its kin.
const hidden = ['+266696687', '+2562533', '+7378742833', '+8656696', '+86282452253']

/** Who calls; nobody where the number is not shown. */
export function callerOf({ From, Caller, CallerCountry }: CallForm): Correspondent {
  const number = From ?? Caller ?? ''
  if (hidden.includes(number)) return {}
  if (/^\+[1-9]\d{6,14}$/.test(number)) return { phone: number }
  const found = /^\d{5,15}$/.test(number) && CallerCountry ? phoneOf(number, CallerCountry) : undefined
  return found ? { phone: found.e164 } : {}
}
