import { signatureOf } from '../signature.ts'

export const callbackMs = 15_000

/** Tells this address, signed as Twilio signs: what it answered, and 0 where nobody is there. */
export async function told(
  url: string,
  form: Record<string, string>,
  authToken: string,
): Promise<{ status: number; body: string }> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'x-twilio-signature': signatureOf(url, form, authToken) },
      body: new URLSearchParams(form),
      redirect: 'error',
      signal: AbortSignal.timeout(callbackMs),
    })
    return { status: answer.status, body: await answer.text() }
  } catch (error) {
    if (error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError'))
      return { status: 0, body: '' }
    throw error
  }
}
