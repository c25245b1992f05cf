import { deserialize, type Document, serialize, Timestamp } from 'bson'
import { addressOf, framed, frames, opened } from './mongo-proxy.ts'
import { Proxy, type Verdict } from './proxy.ts'

const opMsg = 2013
/** Behind the header, the flags and the kind of the section. */
const bodyAt = 16 + 5
/** Of an answer in the old form, in which the driver's very first `hello` is: its document comes after these. */
const oldHeadBytes = 16 + 20

/**
 * The primary of a MongoDB replica set, as far as a read of one moment goes: it has sessions, takes
 * `readConcern: snapshot`, says with the first answer which moment that is, and refuses any other one. What is in it is
 * what the server behind it has.
 */
export async function replicaSet(behind: string) {
  const { place, rest } = addressOf(behind)
  const proxy = await Proxy.before(place, frames)
  const moment = new Timestamp({ t: 1_795_254_600, i: 7 })
  /** The collections that were read as of the moment, and those that were read as they were just then. */
  const read = { ofMoment: [] as string[], justThen: [] as string[] }
  let isSaid = false

  function refusal(name: string, { readConcern, find }: Document): Document | undefined {
    if (name !== 'find') return undefined
    if (readConcern?.level !== 'snapshot') return void read.justThen.push(find)
    read.ofMoment.push(find)
    const at = readConcern.atClusterTime as Timestamp | undefined
    if (isSaid ? at?.equals(moment) : at === undefined) return undefined
    return { ok: 0, code: 239, codeName: 'SnapshotTooOld', errmsg: 'Read timestamp is not the one of this session.' }
  }

  function judge(frame: Buffer): Verdict {
    if (frame.readInt32LE(12) !== opMsg) return { do: 'forward', answer: (said) => asMember(said, oldHeadBytes) }
    const sent = opened(frame)
    if (!sent) return { do: 'forward' }
    const { name, body } = sent
    const refused = refusal(name, body)
    const { lsid: _, $clusterTime: __, readConcern: ___, $readPreference: ____, ...plain } = body
    const answer = (said: Buffer) => {
      if (refused) return framed(said, refused)
      if (name === 'hello') return framed(said, member(opened(said)?.body ?? {}))
      if (name !== 'find') return said
      // As they are: the id of a cursor is a long, and has to stay one.
      const reply = deserialize(said.subarray(bodyAt), { promoteValues: false })
      if (reply['cursor'] === undefined) return said
      isSaid = true
      return framed(said, { ...reply, cursor: { ...reply['cursor'], atClusterTime: moment } })
    }
    return { do: 'forward', piece: framed(frame, plain), answer }
  }

  proxy.judge = judge
  const host = encodeURIComponent(proxy.path)
  return { read, uri: `mongodb://${host}/${rest}?directConnection=true`, close: () => proxy.close() }
}

const member = (hello: Document): Document => ({
  ...hello,
  ...{ setName: 'rs0', setVersion: 1, hosts: ['here:27017'], me: 'here:27017' },
  ...{ isWritablePrimary: true, logicalSessionTimeoutMinutes: 30 },
})

function asMember(said: Buffer, headBytes: number): Buffer {
  const body = serialize(member(deserialize(said.subarray(headBytes))))
  const head = Buffer.from(said.subarray(0, headBytes))
  head.writeInt32LE(headBytes + body.length, 0)
  return Buffer.concat([head, body])
}
