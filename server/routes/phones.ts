import { z } from 'zod'
import { Way } from '../../actors/messenger/contract.ts'
import { Country } from '../../kernel/codes.ts'
import { instant } from '../../kernel/marks.ts'
import { phoneKinds, phoneOf } from '../../kernel/phone.ts'
import type { AccountPhone } from '../../store/settings/phones.ts'
import { placeOf } from '../http/limits.ts'
import { del, get, type Incoming, originOf, post } from '../http/route.ts'
import { sessionOpened, Tokens, tokensOf } from './auth.ts'

const text = (max: number) => z.string().max(max)
/** As people write it, with + and the country in front. */
const PhoneNumber = z.string().min(3).max(64)
const Code = z.string().regex(/^\d{6}$/)
const Ask = z.object({
  phone: PhoneNumber,
  channel: Way,
  /** What an app calls the device that it runs on, to be counted by. */
  deviceId: z
    .string()
    .regex(/^[\w-]{8,64}$/)
    .optional(),
})
const OnItsWay = z.object({
  /** When the next code may be asked for. */
  resendAt: instant(),
  expiresAt: instant(),
})
const limits = ['phone_invalid', 'number_not_served', 'country_not_served', 'too_many_codes', 'codes_paused']
const asking = [...limits, 'texts_not_set_up']
const Phone = z.object({ id: text(128), number: text(20), verifiedAt: instant() })
const Phones = z.object({ items: z.array(Phone).max(10) })

export const phones = [
  post(
    '/auth/phone/validate',
    {
      allow: 'public',
      summary: 'Whether such a telephone number can exist, and how it is written',
      tags: ['Auth'],
      body: z.object({
        phone: z.string().max(64),
        /** Whose plan a number without + is read by. */
        country: Country.optional(),
      }),
      reply: z.object({
        isValid: z.boolean(),
        phone: z
          .object({
            e164: text(20),
            country: text(2).nullable(),
            kind: z.enum(phoneKinds),
            national: text(64),
            international: text(64),
          })
          .nullable(),
      }),
    },
    ({ body }) => {
      const phone = phoneOf(body.phone, body.country) ?? null
      return { isValid: phone !== null, phone }
    },
  ),

  post(
    '/auth/otp',
    {
      allow: 'public',
      summary: 'Ask for a code by SMS or WhatsApp, to sign in; the same answer for every number',
      tags: ['Auth'],
      status: 202,
      body: Ask,
      reply: OnItsWay,
      problems: asking,
    },
    ({ byPhone, body, request }) => byPhone.ask(asked(body, request)),
  ),

  post(
    '/auth/otp/verify',
    {
      allow: 'public',
      audit: sessionOpened('otp'),
      summary: 'Sign in by the code',
      tags: ['Auth'],
      body: z.object({ phone: PhoneNumber, code: Code }),
      reply: Tokens,
      problems: ['phone_invalid', 'code_invalid', 'too_many_attempts', 'second_factor_required'],
    },
    async ({ byPhone, body, request }) => tokensOf(await byPhone.useCode(body, placeOf(request.ip), originOf(request))),
  ),

  get(
    '/auth/phones',
    { allow: 'any', summary: 'The numbers by which I sign in', tags: ['My account'], reply: Phones },
    async ({ ownPhones, caller }) => shown(await ownPhones.list(caller)),
  ),

  post(
    '/auth/phones',
    {
      allow: 'any',
      audit: 'phone.asked',
      summary: 'A code goes to a number of mine',
      tags: ['My account'],
      status: 202,
      body: Ask,
      reply: OnItsWay,
      problems: [...asking, 'proof_required', 'not_yourself', 'too_many_phones'],
    },
    ({ ownPhones, caller, body, request }) => ownPhones.add(caller, asked(body, request)),
  ),

  post(
    '/auth/phones/verify',
    {
      allow: 'any',
      audit: 'phone.added',
      summary: 'The code proves that the number is mine: from now on it signs me in',
      tags: ['My account'],
      body: z.object({ phone: PhoneNumber, code: Code }),
      reply: Phones,
      problems: ['phone_invalid', 'code_invalid', 'too_many_attempts', 'phone_taken'],
    },
    async ({ ownPhones, caller, body, request }) =>
      shown(await ownPhones.verify(caller, body, placeOf(request.ip), originOf(request))),
  ),

  del(
    '/auth/phones/:id',
    {
      allow: 'any',
      audit: 'phone.removed',
      summary: 'Take a number of mine away',
      tags: ['My account'],
      problems: ['proof_required', 'not_yourself'],
    },
    ({ ownPhones, caller, params, request }) => ownPhones.remove(caller, params.id, originOf(request)),
  ),
]

const asked = ({ phone, channel, deviceId }: z.output<typeof Ask>, { ip }: Incoming) => ({
  phone,
  channel,
  deviceId: deviceId ?? null,
  place: placeOf(ip),
})

const shown = (items: readonly AccountPhone[]) => ({
  items: items.map(({ id, number, verifiedAt }) => ({ id, number, verifiedAt })),
})
