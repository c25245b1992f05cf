import type { Socket } from 'socket.io'
import { z } from 'zod'
import { invalid, Problem, shown } from '../../kernel/problem.ts'

const issuesMax = 20

/** @throws Problem `invalid_request` that names every wrong field. */
export function decode<Schema extends z.ZodType>(schema: Schema, request: unknown): z.output<Schema> {
  const parsed = schema.safeParse(request)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues
    .slice(0, issuesMax)
    .map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
  throw invalid('invalid_request', 'This request is not as the protocol says.', errors)
}

type Handle = (request: unknown) => Promise<object>
type Ack = (answer: object) => void

export interface Answering {
  handlers: Record<string, Handle>
  /** 0, or after how many ms this socket may say the next thing. */
  take(): number
  onError(error: unknown): void
}

/** Everything that a client says comes through here, and every answer and refusal leaves through here. */
export function answerAll(socket: Socket, { handlers, take, onError }: Answering) {
  socket.onAny((event: string, ...given: unknown[]) => {
    const last = given.at(-1)
    const ack = typeof last === 'function' ? (last as Ack) : undefined
    const request = given[0] === ack ? undefined : given[0]
    void answer(event, request).then(
      (answered) => ack?.({ ok: true, ...answered }),
      (error: unknown) => {
        if (!(error instanceof Problem)) onError(error)
        ack?.({ ok: false, error: shown(error) })
      },
    )
  })

  async function answer(event: string, request: unknown) {
    const retryAfterMs = take()
    if (retryAfterMs > 0)
      throw new Problem('limited', 'rate_limited', 'This is more than one connection may say.', { retryAfterMs })
    const handle = Object.hasOwn(handlers, event) ? handlers[event] : undefined
    if (!handle) throw invalid('invalid_request', 'The protocol has no message of this name.')
    return handle(request)
  }
}
