import type { Twilio } from 'twilio'

export interface Access {
  accountSid: string
  authToken: string
  /** `https://api.twilio.com`, or where its simulator is at this moment. */
  baseUrl(): string
}

/** Twilio's own SDK, loaded by the first who asks: it is large. */
export async function openClient({ accountSid, authToken, baseUrl }: Access, timeoutMs: number): Promise<Twilio> {
  const { default: twilio } = await import('twilio')
  // The SDK knows hosts of twilio.com only; what it asks there is asked here.
  class Redirected extends twilio.RequestClient {
    override request<TData>(asked: Parameters<InstanceType<typeof twilio.RequestClient>['request']>[0]) {
      const uri = asked.uri.replace(/^https:\/\/[a-z0-9.-]+\.twilio\.com/, baseUrl().replace(/\/+$/, ''))
      return super.request<TData>({ ...asked, uri, allowRedirects: false } as typeof asked & { data?: TData })
    }
  }
  return twilio(accountSid, authToken, { httpClient: new Redirected({ timeout: timeoutMs }) })
}
