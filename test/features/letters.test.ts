import { expect } from 'chai'
import { letterbox } from '../../actors/letterbox/contract.ts'
import { principal } from '../../actors/runtime/system.ts'
import type { SimulatedLetter } from '../../providers/mail/simulator/letters.ts'
import { withApp } from '../harness/boot.ts'

describe('a letter', () => {
  const app = withApp()

  const letters = async () => {
    await app.settled()
    const headers = { authorization: `Bearer ${app.careline.secrets.phoneKey}` }
    const answer = await fetch(`${app.url}/simulator/mail/letters`, { headers })
    return ((await answer.json()) as { letters: SimulatedLetter[] }).letters
  }
  const post = (path: string, body: object) =>
    fetch(`${app.url}/api/v1/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  it('leaves by the letterbox, and its code lets in', async () => {
    expect(await (await fetch(`${app.url}/api/v1/auth/ways`)).json()).to.include({ mail: true })
    expect((await post('magic-link', { email: 'owner@clinic.test' })).status).to.equal(202)
    const [first] = await letters()
    expect(first).to.include({ to: 'owner@clinic.test' })
    const code = /\b\d{6}\b/.exec(first?.subject ?? '')?.[0]
    expect(first?.text).to.include(`/sign-in?mail=`).and.to.include(code)
    const answer = await post('verify', { email: 'owner@clinic.test', code })
    expect(((await answer.json()) as { user: { role: string } }).user.role).to.equal('owner')
  })

  it('says what people wrote as words, never as markup or as another header', async () => {
    const owner = await app.business.as('owner')
    const name = '<img src=x onerror=alert(1)>'
    await owner.members.invite({ email: 'eve@clinic.test', name, role: 'staff' })
    const [{ html, text, subject } = { html: '', text: '', subject: '' }] = await letters()
    expect(subject).to.equal('You are invited to clinic')
    expect(text).to.include(`Hello ${name},`)
    expect(html).to.include('&lt;img src=x').and.not.include('<img')
  })

  it('rests encrypted while it waits: nobody reads a link in the store', async () => {
    const { system, storage } = app.careline
    const workspaceId = app.business.workspace.id
    const box = system.workspace(workspaceId, principal('system', 'test')).at(letterbox, workspaceId)
    const link = 'https://careline.test/invitation?token=somebody-could-use-it'
    await box.post({
      letterId: 'let_kept',
      to: 'nina@clinic.test',
      language: 'en',
      letter: { about: 'password', link, minutes: 30 },
      notAfter: Date.now() + 60_000,
    })
    const kept = JSON.stringify(await storage.store.collection('letterboxes').find({}).toArray())
    expect(kept).to.not.include('somebody-could-use-it').and.not.include('nina@clinic.test')
    await app.settled()
    expect(await box.view()).to.include({ waiting: 0, failed: 0, why: null })
  })
})
