import type { Careline } from '../../main.ts'
import { mailPrefix } from '../mail.ts'
import { textsPrefix } from '../texts.ts'

// What the demo has besides WhatsApp, asked for as its pages ask: over HTTP, so that all of it is as it would be.

const askedMs = 20_000

interface Asked {
  /** The server's own address. */
  url: string
  token: string
  body: unknown
}

/** @throws Error where the server refuses */
async function asked(path: string, { url, token, body }: Asked): Promise<unknown> {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(askedMs),
  })
  const said = await answer.text()
  if (!answer.ok) throw new Error(`The demo was refused ${path}: ${String(answer.status)} ${said}`)
  return said === '' ? undefined : JSON.parse(said)
}

const number = '+15005550100'
const mailbox = 'desk@harbour.example'
const connected = [
  { kind: 'sms', provider: 'twilio', name: 'Texts', from: number },
  { kind: 'email', provider: 'resend', name: 'Front desk', mailbox, signature: 'Harbour Clinic, Lisbon' },
  { kind: 'app', provider: 'app', name: 'Our app', simulate: true },
]
const slackRule = {
  name: 'Nobody has it yet',
  on: ['unassigned', 'mentioned'],
  channel: 'C0SUPPORT',
  afterMinutes: 10,
  namesPerson: true,
}

interface Place {
  workspaceId: string
  /** Who does it. */
  memberId: string
}

/** SMS and a mailbox, simulated, and the app. */
export const connectBeside = (careline: Careline, place: Place) =>
  signedIn(careline, place, async (token) => {
    for (const body of connected) await asked('/api/v1/integrations', { url: careline.url, token, body })
  })

/** Tells the team of those who wait. */
export const connectSlack = (careline: Careline, place: Place) =>
  signedIn(careline, place, async (token) => {
    await asked('/api/v1/slack', { url: careline.url, token, body: {} })
    await asked('/api/v1/slack-rules', { url: careline.url, token, body: slackRule })
  })

/** Somebody has this address as well, as a member of the staff enters it. */
export const enterAddress = (
  careline: Careline,
  at: Place & { userId: string; kind: 'email' | 'app'; value: string },
) =>
  signedIn(careline, at, (token) => {
    const body = { kind: at.kind, value: at.value }
    return asked(`/api/v1/users/${at.userId}/identities`, { url: careline.url, token, body })
  })

/** For a moment: nobody is to find a device among their own that they never had. */
async function signedIn(
  { auth }: Careline,
  { workspaceId, memberId }: Place,
  work: (token: string) => Promise<unknown>,
) {
  const { accessToken, refreshToken } = await auth.openProven(workspaceId, memberId)
  await work(accessToken)
  await auth.logout(refreshToken)
}

export async function textsUs({ url, secrets }: Careline, { from, text }: { from: string; text: string }) {
  await asked(`${textsPrefix}/messages`, { url, token: secrets.phoneKey, body: { from, to: number, text } })
}

interface Mail {
  from: string
  name: string
  subject: string
  text: string
}
export async function mailsUs({ url, secrets }: Careline, mail: Mail) {
  await asked(`${mailPrefix}/mails`, { url, token: secrets.phoneKey, body: { ...mail, to: mailbox } })
}
