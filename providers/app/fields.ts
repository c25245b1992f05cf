import { z } from 'zod'
import { apnsKeyOf } from '../push/apns.ts'
import { serviceAccountOf } from '../push/fcm.ts'

const optional = { isOptional: true } as const
const isApnsKey = (pem: string) => {
  try {
    return apnsKeyOf(pem).asymmetricKeyType === 'ec'
  } catch {
    return false // Whatever was pasted, it is no key.
  }
}

/** The app is ours: what is asked for is how telephones are told of what comes while it is closed. All of it may be empty. */
export const appFields = z.object({
  fcmServiceAccount: z
    .string()
    .max(4_096)
    .refine((json) => json === '' || serviceAccountOf(json) !== undefined, 'The file of a service account is meant.')
    .meta({
      ...optional,
      label: 'Firebase service account',
      help: 'For Android, and for iPhones through Firebase: the JSON file of Project settings, Service accounts.',
      isSecret: true,
      isMadeUp: true,
    }),
  apnsKey: z
    .string()
    .max(1_024)
    .refine((pem) => pem === '' || isApnsKey(pem), 'The text of a .p8 file is meant.')
    .meta({
      ...optional,
      label: 'Apple push key',
      help: 'For iPhones without Firebase: the .p8 file of Certificates, Identifiers & Profiles, Keys.',
      isSecret: true,
    }),
  apnsKeyId: z
    .string()
    .regex(/^([A-Z0-9]{10})?$/)
    .meta({ ...optional, label: 'Apple key ID', help: 'Ten characters; it stands beside the key.' }),
  apnsTeamId: z
    .string()
    .regex(/^([A-Z0-9]{10})?$/)
    .meta({ ...optional, label: 'Apple team ID', help: 'Ten characters, under Membership.' }),
  apnsTopic: z
    .string()
    .regex(/^[\w.-]{0,155}$/)
    .meta({ ...optional, label: 'Bundle ID of the app', help: 'Like com.example.care.' }),
  apnsPlace: z
    .string()
    .regex(/^(production|sandbox)?$/)
    .meta({ ...optional, label: 'Apple environment', help: 'production, or sandbox for apps that Xcode installed.' }),
  pushText: z
    .string()
    .regex(/^(shown|hidden)?$/)
    .meta({
      ...optional,
      label: 'Words on the lock screen',
      help: 'shown or hidden. Hidden unless said: whoever looks at a locked telephone reads what it shows.',
    }),
})
