/** The kinds of channels in the words of people. Apart from their rules: the console needs the words alone. */
export const channelWords = {
  whatsapp: 'WhatsApp',
  sms: 'SMS',
  email: 'E-mail',
  app: 'App',
} as const

export const isChannelKind = (kind: string): kind is keyof typeof channelWords => Object.hasOwn(channelWords, kind)
