import { expect } from 'chai'
import { type Client, connect } from '../../client/connect.ts'
import { createOwnApi, type OwnApi } from '../../client/own.ts'
import { memoryTokens } from '../../client/tokens.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import type { SimulatedText } from '../../providers/twilio/simulator/messages.ts'
import type { App, Business } from './boot.ts'

/** The code of what a call was refused with. */
export const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing refused it',
    (error: { code: string }) => error.code,
  )

/** The people of a business whose app is connected, as they sign in to it. */
export function appPeople(app: App, slug: string, business: () => Business) {
  const settled = async () => {
    await app.settled()
    await app.careline.twilioSimulator?.settled()
    await app.settled()
  }
  const post = async (path: string, body: object, token?: string) => {
    const answer = await fetch(`${app.url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: answer.status === 204 ? {} : await answer.json() }
  }
  const get = async (path: string, token: string) => {
    const answer = await fetch(`${app.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })
    return { status: answer.status, body: await answer.json() }
  }
  const lastText = async (to: string) => {
    await settled()
    const headers = { authorization: `Bearer ${app.careline.secrets.phoneKey}` }
    const { texts } = (await (await fetch(`${app.url}/simulator/texts`, { headers })).json()) as {
      texts: SimulatedText[]
    }
    return texts.find((text) => text.to === to)
  }
  /** Somebody who wrote by WhatsApp, and now signs in to the app by a code to that number. */
  const signedIn = async (name: string) => {
    const person = business().person(name)
    person.sends({ kind: 'text', text: `I am ${name}` })
    await settled()
    const number = { workspace: slug, phone: `+${person.waId}` }
    expect((await post('/auth/people/otp', number)).status).to.equal(202)
    const code = /^\d{6}/.exec((await lastText(number.phone))?.text ?? '')?.[0]
    const { status, body } = await post('/auth/people/otp/verify', { ...number, code })
    expect(status).to.equal(200)
    await settled()
    expect(body.conversationId).to.equal(conversationIdOf(body.user.id))
    const api = createOwnApi({ url: app.url, tokens: memoryTokens(body) })
    return { ...body, person, api } as {
      accessToken: string
      refreshToken: string
      user: { id: string; name: string }
      person: typeof person
      conversationId: string
      api: OwnApi
    }
  }
  /** Signs in once more, a moment later. */
  const codeFor = async ({ waId }: { waId: string }) => {
    const number = { workspace: slug, phone: `+${waId}` }
    await app.careline.storage.store.platform('tallies').deleteMany({})
    const api = createOwnApi({ url: app.url })
    await api.askCode(number)
    await api.signIn({ ...number, code: /^\d{6}/.exec((await lastText(number.phone))?.text ?? '')?.[0] ?? '' })
    return api
  }
  const live = (token: () => Promise<string>): Client => {
    const client = connect({ url: app.url, token })
    app.clients.add(client)
    return client
  }
  return { settled, post, get, lastText, signedIn, codeFor, live }
}

export type SignedIn = Awaited<ReturnType<ReturnType<typeof appPeople>['signedIn']>>
