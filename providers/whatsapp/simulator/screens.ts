import type { ServerResponse } from 'node:http'
import { conflict } from '../../../kernel/problem.ts'
import { bounds } from './settings.ts'

const heartbeatMs = 15_000
const behindMax = 1_000_000

/** The pages that watch, over Server-Sent Events. Nothing is replayed: who was away asks for the snapshot. */
export class Screens {
  readonly #open = new Set<ServerResponse>()
  #count = 0
  #heartbeat: NodeJS.Timeout | undefined

  get areWatched(): boolean {
    return this.#open.size > 0
  }

  add(res: ServerResponse): void {
    if (this.#open.size >= bounds.listeners) throw conflict('too_many_listeners', 'Too many pages are listening.')
    res.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    res.write(': hello\n\n')
    this.#open.add(res)
    res.once('close', () => this.#remove(res))
    this.#heartbeat ??= setInterval(() => this.#write(': still here\n\n'), heartbeatMs).unref()
  }

  #remove(res: ServerResponse): void {
    this.#open.delete(res)
    if (this.#open.size > 0) return
    clearInterval(this.#heartbeat)
    this.#heartbeat = undefined
  }

  show(change: object): void {
    this.#count++
    this.#write(`event: change\nid: ${this.#count}\ndata: ${JSON.stringify(change)}\n\n`)
  }

  #write(text: string): void {
    for (const res of this.#open) {
      res.write(text)
      // A page that does not read is cut off; it comes back and asks for the snapshot.
      if (res.writableLength > behindMax) res.destroy()
    }
  }

  close(): void {
    for (const res of this.#open) res.end()
    clearInterval(this.#heartbeat)
  }
}
