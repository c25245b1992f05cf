import { expect } from 'chai'
import type { Api } from '../../client/api.ts'
import { newId } from '../../kernel/id.ts'
import type { SimulatedLetter } from '../../providers/mail/simulator/letters.ts'
import type { OpenChannel } from '../../store/settings/channels.ts'
import { withApp } from '../harness/boot.ts'

describe('mail', () => {
  const app = withApp()
  let channel: OpenChannel
  let second: OpenChannel
  let owner: Api
  const mailbox = 'desk@clinic.test'

  before(async () => {
    const { workspace } = app.business
    const make = async (address: string) => {
      const made = await app.careline.channels.create(workspace.id, {
        ...{ id: newId('ch'), kind: 'email', provider: 'resend', address, name: 'Clinic desk', simulate: true },
        fields: { mailbox: address, signature: 'Clinic, Main Street 1' },
        secrets: {
          resendKey: `re_${address}`,
          webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
          fallbackKey: '',
        },
        baseUrl: '',
      })
      await app.careline.channelChanged(made)
      return (await app.careline.channels.opened(made.id)) as OpenChannel
    }
    channel = await make(mailbox)
    second = await make('billing@clinic.test')
    owner = await app.business.as('owner')
  })

  const asPhone = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${app.careline.secrets.phoneKey}`, 'content-type': 'application/json' }
    const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    return (await fetch(`${app.url}/simulator/mail${path}`, sent)).json()
  }
  const says = (from: string, subject: string, text: string, more: object = {}) =>
    asPhone('POST', '/mails', { from, to: mailbox, subject, text, ...more })
  const settled = async () => {
    await app.settled()
    await app.careline.mailSimulator?.settled()
    await app.settled()
  }
  const mails = async (to: string): Promise<SimulatedLetter[]> => {
    await settled()
    const { mails } = (await asPhone('GET', '/mails')) as { mails: SimulatedLetter[] }
    return mails.filter((one) => one.to.includes(to))
  }
  const threadOf = async (name: string) => {
    await settled()
    const { items } = await owner.conversations.list()
    const found = items.find((one: any) => one.conversation.name === name) as any
    const id = found?.conversationId ?? found?.id ?? ''
    const page = id ? await owner.conversations.messages(id) : { items: [] }
    return {
      owner,
      id,
      messages: page.items as any[],
      count: items.filter((one: any) => one.conversation.name === name).length,
    }
  }

  it('comes in whole, and an answer goes back into its thread', async () => {
    const files = [{ name: 'scan.txt', mime: 'text/plain', base64: Buffer.from('my scan').toString('base64') }]
    const text = 'May I come on Monday?\n\nOn Fri, 1 May 2026 at 10:00, Clinic <desk@clinic.test> wrote:\n> see you'
    const first = await says('Nina@Mail.test', 'My visit', text, {
      name: 'Nina Maier',
      html: '<p>May I <b>come</b>?<script>x</script></p>',
      files,
    })
    expect(first.status).to.equal(200)
    const { id, messages } = await threadOf('Nina Maier')
    expect(messages).to.have.lengthOf(1)
    const { content, direction } = messages[0]
    expect(direction).to.equal('in')
    expect(content).to.include({ kind: 'email', subject: 'My visit', text: 'May I come on Monday?', isSilent: false })
    expect(content.whole).to.include('> see you')
    expect(content.from).to.deep.equal({ name: 'Nina Maier', address: 'Nina@Mail.test' })
    expect(content.files[0]).to.include({ fileName: 'scan.txt', mime: 'text/plain', sizeBytes: 7 })
    const html = await app.careline.files.room.open(app.business.workspace.id, content.htmlId)
    expect((await app.careline.files.room.bytesOf(html)).toString()).to.equal('<p>May I <b>come</b>?</p>')

    await owner.conversations.send(id, { content: { kind: 'text', text: 'Yes, at ten.' } })
    const [answer] = await mails('nina@mail.test')
    expect(answer).to.include({ subject: 'Re: My visit', to: 'nina@mail.test' })
    expect(answer?.from).to.match(/ <desk@clinic\.test>$/)
    expect(answer?.text).to.equal('Yes, at ten.\n\n-- \nClinic, Main Street 1')
    expect(answer?.headers).to.include({ 'In-Reply-To': first.messageId, 'X-Loop': mailbox })
    expect(answer?.headers?.['References']).to.match(new RegExp(`^${first.messageId} <msg_\\w+@clinic\\.test>$`))
    expect(answer?.headers).to.not.have.property('List-Unsubscribe')
    const sent = (await threadOf('Nina Maier')).messages.at(-1)
    expect(sent).to.include({ direction: 'out', status: 'delivered', channelId: channel.id })

    // What she answers names the message that it answers.
    await says('nina@mail.test', 'Re: My visit', 'Thank you', { answers: answer?.headers?.['Message-ID'] })
    const after = (await threadOf('Nina Maier')).messages.at(-1)
    expect(after).to.include({ replyTo: sent._id })
  })

  it('goes under a subject of its own, with copies and files, to nobody twice, and stays one thread', async () => {
    const files = [{ name: 'plan.txt', mime: 'text/plain', base64: Buffer.from('the plan').toString('base64') }]
    const cc = ['Otto <otto@mail.test>', 'billing@clinic.test']
    const first = await says('ida@mail.test', 'A plan', 'Here it is', { name: 'Ida', cc, files })
    const { id, messages } = await threadOf('Ida')
    const came = messages[0].content
    expect(came.cc).to.deep.equal([
      { name: 'Otto', address: 'otto@mail.test' },
      { name: '', address: 'billing@clinic.test' },
    ])
    const party = (address: string, name = '') => ({ name, address })
    const copies = { cc: [party('otto@mail.test', 'Otto'), party('IDA@mail.test')], bcc: [party('Otto@mail.test')] }
    const content = { kind: 'email' as const, subject: 'Your plan', text: '', ...copies, files: came.files }
    await owner.conversations.send(id, { content })
    const [sent] = await mails('ida@mail.test')
    expect(sent).to.deep.include({ subject: 'Your plan', cc: ['"Otto" <otto@mail.test>'] })
    expect(sent).to.not.have.property('bcc')
    expect(sent?.files?.map(({ name }) => name)).to.deep.equal(['plan.txt'])
    expect((await threadOf('Ida')).messages.at(-1).content).to.deep.include({ subject: 'Your plan', ...copies })

    const blind = { ...content, subject: '', text: 'And this', cc: [], bcc: [party('eva@mail.test')] }
    await owner.conversations.send(id, { content: blind })
    const [second] = await mails('ida@mail.test')
    expect(second).to.deep.include({ subject: 'Re: Your plan', bcc: ['eva@mail.test'] })
    const header = (one: SimulatedLetter | undefined, name: string) => one?.headers?.[name] ?? ''
    const own = header(sent, 'Message-ID')
    expect(header(second, 'In-Reply-To')).to.equal(first.messageId)
    expect(header(sent, 'References').split(' ')).to.deep.equal([first.messageId, own])
    expect(header(second, 'References').split(' ').slice(0, 2)).to.deep.equal([first.messageId, own])

    const count = (await mails('ida@mail.test')).length
    for (const wrong of ['no address', 'two@x.test, three@x.test', 'a@b.test\r\nBcc: all@mail.test']) {
      const refused = owner.conversations.send(id, { content: { ...content, cc: [party(wrong)] } })
      expect(await refused.catch((error: { code: string }) => error.code)).to.equal('invalid_request')
    }
    const many = Array.from({ length: 21 }, (_, n) => party(`one${n}@mail.test`))
    for (const more of [{ cc: many }, { files: [], text: ' ' }]) {
      const refused = owner.conversations.send(id, { content: { ...content, ...more } })
      expect(await refused.catch((error: { code: string }) => error.code)).to.equal('invalid_request')
    }
    expect(await mails('ida@mail.test')).to.have.lengthOf(count)
  })

  it('is one message by whatever ways it comes, and two where two people use one id', async () => {
    const raw = (from: string) =>
      `From: ${from}\r\nTo: desk@clinic.test\r\nCc: billing@clinic.test\r\nSubject: Twice\r\nMessage-ID: <same@x>\r\n\r\nOnce`
    const { room } = (app.careline as any).mails
    await room.take(channel, Buffer.from(raw('Otto <otto@mail.test>')))
    await room.take(second, Buffer.from(raw('Otto <otto@mail.test>')))
    await room.take(channel, Buffer.from(raw('Eve <eve@mail.test>')))
    expect((await threadOf('Otto')).messages).to.have.lengthOf(1)
    expect((await threadOf('Eve')).messages.map(({ channelId }) => channelId)).to.deep.equal([channel.id])
  })

  it('by a machine makes nobody known, and in a thread is answered by none', async () => {
    await says('news@shop.test', 'Sale', 'Buy', { name: 'Shop', headers: { 'List-Id': '<shop.test>' } })
    await says('away@mail.test', 'Out of office', 'Away', {
      name: 'Away',
      headers: { 'Auto-Submitted': 'auto-replied' },
    })
    await says(mailbox, 'Loop', 'Round', { name: 'Ourselves', headers: { 'X-Loop': mailbox } })
    for (const name of ['Shop', 'Away', 'Ourselves']) expect((await threadOf(name)).messages).to.have.lengthOf(0)
    await says('kim@mail.test', 'Hello', 'Hello', { name: 'Kim' })
    await says('kim@mail.test', 'Re: Hello', 'I am away', {
      name: 'Kim',
      headers: { 'Auto-Submitted': 'auto-replied' },
    })
    const { messages } = await threadOf('Kim')
    expect(messages.at(-1).content).to.include({ nature: 'auto_reply', isSilent: true })
  })

  it('that comes back fails its message, and nothing more goes to that address', async () => {
    await says('bounced@mail.test', 'Hello', 'Hello', { name: 'Bo' })
    const { id } = await threadOf('Bo')
    await owner.conversations.send(id, { content: { kind: 'email', subject: 'A word', text: 'Can you hear me?' } })
    const { messages } = await threadOf('Bo')
    expect(messages.at(-1)).to.include({ status: 'failed' })
    expect(messages.at(-1).error).to.include({ code: 'hard_bounce', title: 'There is no such mailbox.' })
    let refused: any
    await owner.conversations
      .send(id, { content: { kind: 'text', text: 'Again' } })
      .catch((error: unknown) => (refused = error))
    expect(refused?.code ?? (await threadOf('Bo')).messages.at(-1).status).to.be.oneOf([
      'suppressed',
      'address_suppressed',
      'failed',
    ])
  })

  it('that a mail server reports as lost fails its message as well', async () => {
    await says('lost@mail.test', 'Hello', 'Hello', { name: 'Lo' })
    const { id } = await threadOf('Lo')
    const { messageId } = await owner.conversations.send(id, { content: { kind: 'text', text: 'Where are you?' } })
    await settled()
    const report =
      'From: MAILER-DAEMON@mx.test\r\nTo: desk@clinic.test\r\nSubject: Undelivered Mail Returned to Sender\r\nReturn-Path: <>\r\n' +
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry\r\n' +
      '--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; lost@mail.test\r\n' +
      'Action: failed\r\nStatus: 5.2.2\r\nDiagnostic-Code: smtp; 552 Mailbox full\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n' +
      `Message-ID: <${messageId}@clinic.test>\r\nSubject: x\r\n\r\nx\r\n--b--\r\n`
    await app.careline.mails.room.take(channel, Buffer.from(report))
    const { messages, count } = await threadOf('Lo')
    const lost = messages.find(({ _id }) => _id === messageId)
    expect(lost).to.include({ status: 'delivered' }) // It was said to have arrived: that cannot fail any more.
    expect(count).to.equal(1)
  })

  it('lets people in to the app by a code in a letter, with the same answer for every address', async () => {
    const workspace = app.business.workspace.slug
    await owner.connections.connect({ kind: 'app', provider: 'app', name: 'App' })
    await says('Mara@mail.test', 'Hello', 'Hello', { name: 'Mara' })
    const { messages } = await threadOf('Mara')
    const post = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json' }
      const sent = { method: 'POST', headers, body: JSON.stringify({ workspace, ...body }) }
      const answer = await fetch(`${app.url}/api/v1/auth/people/otp${path}`, sent)
      return { status: answer.status, body: await answer.json() }
    }
    const known = { email: 'mara@MAIL.test' }
    const nobody = { email: 'nobody@mail.test' }
    const [asked, stranger] = [await post('', known), await post('', nobody)]
    expect([asked.status, stranger.status]).to.deep.equal([202, 202])
    expect(Object.keys(stranger.body)).to.deep.equal(Object.keys(asked.body))
    for (const one of [known, nobody]) expect((await post('', one)).body.code).to.equal('too_many_codes')
    await settled()
    const { letters } = (await asPhone('GET', '/letters')) as { letters: SimulatedLetter[] }
    expect(letters.map(({ to }) => to)).to.deep.equal(['mara@mail.test'])
    const code = /^\d{6}/.exec(letters[0]?.subject ?? '')?.[0]
    expect(letters[0]?.text).to.include(code).and.not.include('http')
    expect((await post('/verify', { ...nobody, code })).body.code).to.equal('code_invalid')
    const { status, body } = await post('/verify', { ...known, code })
    expect([status, body.user?.id]).to.deep.equal([200, messages[0].author.id])
    expect((await post('/verify', { ...known, code })).body.code, 'once').to.equal('code_invalid')
    expect((await post('', { ...known, phone: '+4915199999998' })).status, 'one of them').to.equal(422)
  })
})
