import { type ChildProcess, fork } from 'node:child_process'

type Answers = { [name: string]: (input: never) => unknown }
interface Question {
  n: number
  name: string
  input: unknown
}
type Reply = { n: number; answer: unknown } | { n: number; error: string }

/** A part of the benchmark in a process of its own. It is asked by name, over the channel that `fork` opens. */
export class Program {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>()
  #asked = 0

  constructor(file: string, execArgv: string[] = []) {
    this.#child = fork(file, { execArgv: ['--disable-warning=ExperimentalWarning', ...execArgv] })
    this.#child.on('message', (reply: Reply) => {
      const waiting = this.#waiting.get(reply.n)
      this.#waiting.delete(reply.n)
      if ('error' in reply) waiting?.reject(new Error(reply.error))
      else waiting?.resolve(reply.answer as never)
    })
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${file} ended (${String(code)})`))
    })
  }

  ask<Answer>(name: string, input: unknown = {}): Promise<Answer> {
    const n = ++this.#asked
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(n, { resolve, reject })
      this.#child.send({ n, name, input } satisfies Question)
    })
  }

  /** Asks it to `stop`, and waits until it is gone. */
  async stop() {
    const gone = new Promise<void>((done) => this.#child.once('exit', () => done()))
    await this.ask('stop')
    this.#child.disconnect()
    await gone
  }
}

/** The other side: the process lives until its parent lets go of it. */
export function answer(answers: Answers) {
  process.on('message', ({ n, name, input }: Question) => {
    const reply = async () => answers[name]?.(input as never)
    reply().then(
      (answer) => process.send?.({ n, answer } satisfies Reply),
      (error: unknown) => process.send?.({ n, error: String((error as Error).stack) } satisfies Reply),
    )
  })
  process.on('disconnect', () => process.exit(0))
}
