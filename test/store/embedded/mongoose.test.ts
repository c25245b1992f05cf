import { expect } from 'chai'
import mongoose from 'mongoose'
import { openedStore, refusal } from './harness.ts'

describe('embedded store: mongoose', () => {
  const opened = openedStore()
  const connection = mongoose.createConnection()

  before(() => connection.openUri(opened.store.uri, { serverSelectionTimeoutMS: 2000 }))
  after(() => connection.close())

  it('takes a model to the store and back', async () => {
    const schema = new mongoose.Schema(
      {
        name: { type: String, required: true },
        slug: { type: String, unique: true },
        tags: [String],
        address: { street: String, geo: { lat: Number, lng: Number } },
        friends: [{ type: mongoose.Schema.Types.ObjectId, ref: 'Person' }],
        labels: { type: Map, of: String },
        balance: mongoose.Schema.Types.Decimal128,
      },
      { timestamps: true },
    )
    schema.index({ name: 1, createdAt: -1 })
    const Person = connection.model('Person', schema)
    await Person.init()
    const ben = await Person.create({ name: 'Ben', slug: 'ben' })
    const ana = await Person.create({
      name: 'Ana',
      slug: 'ana',
      tags: ['a', 'b'],
      address: { street: 'High', geo: { lat: 1.5, lng: 2 } },
      friends: [ben.id],
      labels: { x: '1' },
      balance: '10.50',
    })
    const found = await Person.findOne({ slug: 'ana' }).populate('friends').orFail()
    expect(found.get('friends.0.name')).to.equal('Ben')
    expect(found.labels?.get('x')).to.equal('1')
    expect(String(found.balance)).to.equal('10.50')
    expect(found.createdAt).to.be.instanceOf(Date)
    found.tags.push('c')
    ;(found.tags as any).pull('a')
    found.set('address.geo.lat', 3)
    await found.save()
    const lean: any = await Person.findById(ana.id).lean()
    expect(lean.tags).to.deep.equal(['b', 'c'])
    expect(lean.address).to.deep.equal({ street: 'High', geo: { lat: 3, lng: 2 } })
    expect((await refusal(Person.create({ name: 'Other', slug: 'ana' }))).code).to.equal(11000)
    const again = await Person.findById(ana.id).orFail()
    again.set('tags.0', 'late')
    found.set('tags', ['first'])
    await found.save()
    expect((await refusal(again.save())).name).to.equal('VersionError')
    expect(await Person.countDocuments({ createdAt: { $lte: new Date() } })).to.equal(2)
    expect(Object.keys(await Person.collection.indexInformation())).to.have.members([
      '_id_',
      'slug_1',
      'name_1_createdAt_-1',
    ])
  })
})
