import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { models } from '../../store/models/index.ts'
import type { CollectionName } from '../../store/models/index.ts'
import { withApp } from '../harness/boot.ts'
import { inItsOwnDirectory } from '../harness/database.ts'

const secrets = ['Zebrafinch', 'penicillin allergy', '4915188880000']

describe('what people say and who they are, at rest and in logs', () => {
  const app = withApp({ LOG_LEVEL: 'debug', ...inItsOwnDirectory })

  it('is nowhere readable: no collection, no file, no log line', async () => {
    const api = await app.business.as('owner')
    const phone = app.simulator.person('4915188880000', 'Zebrafinch')
    const where = { channelId: app.business.channel.id }
    phone.sends('I have a penicillin allergy', where)
    await app.settled()
    const { items } = await api.conversations.list({})
    const conversationId = items[0]?.conversationId ?? ''
    expect(items[0]?.conversation).to.include({ name: 'Zebrafinch', contact: '+4915188880000' })
    await api.conversations.send(conversationId, { content: { kind: 'text', text: 'penicillin allergy noted' } })
    await api.conversations.note(conversationId, 'penicillin allergy!')
    await api.users.update(items[0]?.conversation.userId ?? '', { name: 'Zebrafinch B' })
    await app.settled()

    const documents = await allDocuments()
    expect(documents.length).to.be.greaterThan(15)
    for (const { name, text } of documents) expect(found(text), name).to.deep.equal([])
    const files = app.careline.storage.embedded ? allFiles(join(app.directory, 'store')) : []
    expect(files.length > 0).to.equal(inItsOwnDirectory.MONGODB_URI !== undefined)
    for (const path of files) expect(found(readFileSync(path).toString('latin1')), path).to.deep.equal([])
    expect(app.logged.flatMap(found)).to.deep.equal([])
  })

  const found = (text: string) => secrets.filter((secret) => text.includes(secret))

  async function allDocuments() {
    const all: { name: string; text: string }[] = []
    for (const name of Object.keys(models) as CollectionName[])
      for (const document of await app.careline.storage.store.collection(name).find({}).toArray())
        all.push({ name: `${name}/${document._id}`, text: JSON.stringify(document) })
    return all
  }

  const allFiles = (directory: string) =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((name) => join(directory, name))
      .filter((path) => statSync(path).isFile())

  it('does not open in another place: a field that was moved is refused', async () => {
    const { vault } = app.careline.storage
    const { id } = app.business.workspace
    const sealed = vault.seal(id, 'messages/m1.content.text', 'secret')
    expect(vault.open(id, 'messages/m1.content.text', sealed)).to.equal('secret')
    expect(() => vault.open(id, 'messages/m2.content.text', sealed)).to.throw()
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1
    expect(() => vault.open(id, 'messages/m1.content.text', sealed)).to.throw()
  })
})
