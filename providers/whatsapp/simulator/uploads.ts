import { sampleTypes, type FileFormat } from '../../../kernel/template-kinds.ts'
import type { Answer, Asked } from './http.ts'
import { digestOf } from './line.ts'
import { Refusal } from './meta-errors.ts'
import type { SimulatedChannel } from './settings.ts'

interface Session {
  phoneNumberId: string
  mime: string
  length: number
}

const kept = 200
const sampleMax = 100 * 1_048_576
const types: readonly string[] = Object.values(sampleTypes).flat()
const ok = (body: unknown): Answer => ({ kind: 'json', status: 200, body })

/** Meta's Resumable Upload API: a session, then its bytes, then a handle that a template may name for a while. */
export class Uploads {
  readonly #sessions = new Map<string, Session>()
  readonly #handles = new Map<string, { businessId: string; format: FileFormat }>()
  #count = 0

  /** Whether a path is one of its. */
  static isIts(first: string, second: string | undefined): boolean {
    return (first === 'app' && second === 'uploads') || first.startsWith('upload:')
  }

  async answer(channel: SimulatedChannel, first: string, asked: Asked): Promise<Answer> {
    if (asked.method !== 'POST') throw new Refusal(100, `Unsupported ${asked.method ?? ''} request.`, 33)
    return first === 'app' ? this.#open(channel, asked.query) : this.#take(channel, first, asked)
  }

  /** Whether a template of this account may name it as the file of such a header. */
  isHandle({ businessId }: Pick<SimulatedChannel, 'businessId'>, handle: string, format: FileFormat): boolean {
    const known = this.#handles.get(handle)
    return known?.businessId === businessId && known.format === format
  }

  #open({ phoneNumberId }: SimulatedChannel, query: URLSearchParams): Answer {
    const [mime, length] = [query.get('file_type') ?? '', Number(query.get('file_length') ?? Number.NaN)]
    if (!types.includes(mime)) throw new Refusal(100, `Param file_type must be one of ${types.join(', ')}.`)
    if (!Number.isInteger(length) || length < 1 || length > sampleMax)
      throw new Refusal(100, 'Param file_length must be the number of bytes.')
    const id = `upload:${digestOf(Buffer.from(`${phoneNumberId} ${String(++this.#count)}`)).slice(0, 32)}`
    this.#sessions.set(id, { phoneNumberId, mime, length })
    forgotten(this.#sessions)
    // Meta signs the session into its name, as if it were a query.
    return ok({ id: `${id}?sig=ARZ${String(this.#count)}` })
  }

  async #take({ phoneNumberId, businessId }: SimulatedChannel, id: string, asked: Asked): Promise<Answer> {
    const session = this.#sessions.get(id)
    if (session?.phoneNumberId !== phoneNumberId || !asked.query.has('sig'))
      throw new Refusal(100, 'The upload session is unknown or has expired.', 33)
    if (!/^OAuth /.test(asked.header('authorization') ?? ''))
      throw new Refusal(190, 'This edge takes the token as "OAuth {token}".')
    if (asked.header('file_offset') !== '0') throw new Refusal(100, 'The header file_offset must say where to begin.')
    const bytes = await asked.bytes()
    if (bytes.length !== session.length) throw new Refusal(100, 'The upload is not of the length that was announced.')
    this.#sessions.delete(id)
    const format = (Object.keys(sampleTypes) as FileFormat[]).find((one) =>
      (sampleTypes[one] as readonly string[]).includes(session.mime),
    )
    const handle = `4::${Buffer.from(session.mime).toString('base64')}:ARa${digestOf(bytes).slice(0, 40)}`
    this.#handles.set(handle, { businessId, format: format ?? 'document' })
    forgotten(this.#handles)
    return ok({ h: handle })
  }
}

/** The oldest goes: it is for one team's screens and tests. */
function forgotten(all: Map<string, unknown>) {
  const [oldest] = all.keys()
  if (all.size > kept && oldest !== undefined) all.delete(oldest)
}
