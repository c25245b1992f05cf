import { z } from 'zod'

/** What whoever connects a number at Twilio brings with them, and where they find it. */
export const twilioFields = z.object({
  accountSid: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/)
    .meta({ label: 'Account SID', help: 'On the first page of Twilio’s console, under Account Info.', isMadeUp: true }),
  from: z
    .string()
    .regex(/^(\+[1-9]\d{6,14}|\d{3,8}|MG[0-9a-f]{32})$/)
    .meta({
      label: 'Number or messaging service',
      help: 'Like +4915112345678, a short code, or a messaging service (MG…), as people see it or as Twilio names it.',
    }),
  authToken: z
    .string()
    .regex(/^[\x21-\x7e]{8,256}$/)
    .meta({
      label: 'Auth token',
      help: 'Beside the account SID. It opens the account, and proves that what comes is from Twilio.',
      isSecret: true,
      isShownToUs: true,
    }),
})
