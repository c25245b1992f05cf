import { z } from 'zod'
import { WhatsAppConfig } from './port.ts'

const { phoneNumberId, businessId, token, appSecret, verifyToken } = WhatsAppConfig.shape

/** What whoever connects a number brings with them, and where they find it. The console renders it, routes check by it. */
export const whatsAppFields = z.object({
  phoneNumberId: phoneNumberId.meta({
    label: 'Phone number ID',
    help: 'In Meta’s app, under WhatsApp › API Setup. Not the telephone number itself.',
  }),
  businessId: businessId.meta({
    label: 'WhatsApp Business Account ID',
    help: 'On the same page, below the phone number ID.',
  }),
  token: token.meta({
    label: 'Access token',
    help: 'Of a system user, with whatsapp_business_messaging and whatsapp_business_management, that never expires.',
    isSecret: true,
  }),
  appSecret: appSecret.meta({
    label: 'App secret',
    help: 'In Meta’s app, under App settings › Basic. It proves that what comes is from Meta.',
    isSecret: true,
    isShownToUs: true,
  }),
  verifyToken: verifyToken.meta({
    label: 'Verify token',
    help: 'Ours to choose: Meta shows it once, when its webhook is set up.',
    isSecret: true,
    isShownToUs: true,
    isOurs: true,
  }),
})
