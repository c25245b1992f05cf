import { z } from 'zod'

const mailbox = z
  .string()
  .regex(/^[^\s@<>(),;:"]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8}$/)
  .meta({
    label: 'Mail address',
    help: 'Like desk@example.com, in small letters: people write to it, and read it as the sender.',
  })
const key = (pattern: RegExp) => z.string().regex(pattern)
const optional = { isOptional: true }
const signature = z
  .string()
  .max(1_000)
  .meta({ label: 'Signature', help: 'Stands under every mail of this mailbox.', ...optional })

/** The part of an address that proves who posts to it: such webhooks are not signed. */
const webhookToken = key(/^[\w-]{16,128}$/).meta({
  label: 'Token of the webhook',
  help: 'It stands in the address that your provider posts mails to.',
  isSecret: true,
  isShownToUs: true,
  isOurs: true,
})

/** What whoever connects a mailbox at Resend brings with them, and where they find it. */
export const resendFields = z.object({
  mailbox,
  signature,
  resendKey: key(/^re_[\x21-\x7e]{4,256}$/).meta({
    label: 'API key',
    help: 'In Resend under API Keys, with full access: it also reads the mails that come.',
    isSecret: true,
  }),
  webhookSecret: key(/^whsec_[\x21-\x7e]{8,256}$/).meta({
    label: 'Signing secret of the webhook',
    help: 'In Resend under Webhooks, after you added this channel’s webhook for email.* events. It proves who calls.',
    isSecret: true,
    isShownToUs: true,
  }),
  fallbackKey: key(/^SG\.[\w.-]{8,256}$/).meta({
    label: 'SendGrid key, in reserve',
    help: 'Where Resend’s quota is used up, or it cannot be reached, mails leave by SendGrid. Leave it out if you have none.',
    isSecret: true,
    ...optional,
  }),
})

export const sendGridFields = z.object({
  mailbox,
  signature,
  sendGridKey: key(/^SG\.[\w.-]{8,256}$/).meta({
    label: 'API key',
    help: 'In SendGrid under Settings, API Keys, with the right to send mails.',
    isSecret: true,
  }),
  eventKey: key(/^[A-Za-z0-9+/=]{80,400}$/).meta({
    label: 'Verification key of the event webhook',
    help: 'In SendGrid under Mail Settings, Event Webhook, with signed events switched on.',
    isSecret: true,
    isShownToUs: true,
  }),
  inboundToken: webhookToken,
})

export const smtpFields = z.object({
  mailbox,
  signature,
  host: key(/^[a-z0-9.-]{1,253}$/i).meta({
    label: 'Mail server',
    help: 'For outgoing mail (SMTP), like mail.example.com.',
  }),
  port: key(/^\d{1,5}$/).meta({ label: 'Port', help: '465 or 587; the connection is encrypted in any case.' }),
  user: z.string().max(254).meta({ label: 'User name', help: 'As you sign in to the mail server; often the address.' }),
  password: z
    .string()
    .min(1)
    .max(512)
    .meta({ label: 'Password', help: 'Of this user at the mail server.', isSecret: true }),
  inboundToken: webhookToken,
})

export const gmailFields = z.object({
  mailbox,
  signature,
  clientId: key(/^[\x21-\x7e]{8,256}$/).meta({
    label: 'Client ID',
    help: 'Of an OAuth client in your Google Cloud project, with the Gmail API switched on.',
    isMadeUp: true,
  }),
  topic: key(/^projects\/[\w.:-]{1,100}\/topics\/[\w.~+%-]{1,255}$/).meta({
    label: 'Pub/Sub topic',
    help: 'projects/…/topics/…, to which gmail-api-push@system.gserviceaccount.com may publish.',
  }),
  pusher: key(/^[\w.+-]{1,100}@[\w.-]{1,200}$/).meta({
    label: 'Service account of the push',
    help: 'The account that the push subscription signs with (authentication switched on).',
  }),
  labels: z
    .string()
    .regex(/^([-]?[\w/ ]{1,60}(,[-]?[\w/ ]{1,60}){0,19})?$/)
    .meta({
      label: 'Labels',
      help: 'Only mails with one of these labels, and none of those with a minus: INBOX,-CATEGORY_PROMOTIONS. Empty: all.',
      ...optional,
    }),
  repliesOnly: z
    .string()
    .regex(/^(yes|no)?$/)
    .meta({
      label: 'Answers only',
      help: 'yes: a mail that answers none of ours is kept in the thread, and no machine answers it.',
      ...optional,
    }),
  clientSecret: key(/^[\x21-\x7e]{8,256}$/).meta({
    label: 'Client secret',
    help: 'Beside the client ID.',
    isSecret: true,
  }),
  refreshToken: key(/^[\x21-\x7e]{8,2048}$/).meta({
    label: 'Refresh token',
    help: 'Leave it out: once it is connected here, the owner of the mailbox lets us in with a button.',
    isSecret: true,
    ...optional,
  }),
  inboundToken: webhookToken,
})
