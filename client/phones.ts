import type { Http } from './http.ts'

/** How a one-time code goes to a telephone. */
export type CodeWay = 'sms' | 'whatsapp'

export interface CodeAsked {
  /** As people write it, with + and the country in front. */
  phone: string
  channel: CodeWay
  /** What this app calls the device that it runs on: the same each time, and nobody's name. */
  deviceId?: string
}

/** A code is on its way, where the number is somebody's; times are ISO. */
export interface CodeOnItsWay {
  /** When the next one may be asked for. */
  resendAt: string
  expiresAt: string
}

/** A number by which an account signs in. */
export interface OwnPhone {
  id: string
  /** E.164. */
  number: string
  verifiedAt: string
}

export interface PhoneNumber {
  e164: string
  /** ISO 3166; null where several countries share its code. */
  country: string | null
  kind: 'mobile' | 'landline' | 'mobile_or_landline' | 'voip' | 'costly' | 'other'
  national: string
  international: string
}

const at = encodeURIComponent

/** Telephone numbers: whether they can exist, codes to them, and those of one's own. */
export const phonesOf = (http: Http) => ({
  /** Whether such a number can exist. `country`: whose plan one without + is read by. */
  validate: (phone: string, country?: string) =>
    http.post<{ isValid: boolean; phone: PhoneNumber | null }>('/auth/phone/validate', { phone, country }, open),
  /** A code to sign in goes to this number, where it is somebody's; `useCode` of the API signs in with it. */
  askToSignIn: (asked: CodeAsked) => http.post<CodeOnItsWay>('/auth/otp', asked, open),
  /** Those of one's own. */
  own: () => http.get<{ items: OwnPhone[] }>('/auth/phones'),
  /** A code goes to a number of one's own, which counts when it is verified. */
  add: (asked: CodeAsked) => http.post<CodeOnItsWay>('/auth/phones', asked),
  verify: (phone: string, code: string) => http.post<{ items: OwnPhone[] }>('/auth/phones/verify', { phone, code }),
  remove: (id: string) => http.delete(`/auth/phones/${at(id)}`),
})

const open = { isSigned: false }
