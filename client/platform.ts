import { io } from 'socket.io-client'

/** As much of a Socket.IO client's socket as is needed. */
export interface SocketLike {
  auth: unknown
  readonly io: {
    readonly engine: { close(): unknown }
    on(event: 'open' | 'ping', heard: () => void): unknown
  }
  on(event: string, heard: (message: never) => void): unknown
  emit(event: string, request: object, ack?: (answer: never) => void): unknown
  connect(): unknown
  disconnect(): unknown
}

export type Transport = 'websocket' | 'polling'

export interface SocketSettings {
  transports: Transport[]
  forceNew: boolean
  reconnection: boolean
  autoConnect: boolean
  /** ms */
  timeout: number
}

/** What a client needs of the place where it runs. The defaults serve browsers, Node and React Native. */
export interface Platform {
  /** Epoch ms of this device. */
  now(): number
  /** Runs once, after so many ms; the answer prevents it. */
  after(ms: number, run: () => void): () => void
  /** From 0 up to 1: the chance in every pause. */
  random(): number
  /** Makes a socket that is not connected yet; '' is the page's own origin. */
  socket(url: string, settings: SocketSettings): SocketLike
  /** Calls `wake` when the network is back, or somebody looks at the app again. The answer ends it. */
  hints(wake: () => void): () => void
}

const longestMs = 2_147_483_647 // Beyond it, setTimeout fires at once.

/** As much of a web page as is needed; nothing of it is there in Node, and in React Native only a part. */
type Page = Partial<Target> & { document?: Partial<Target> & { visibilityState?: string } }
interface Target {
  addEventListener(event: string, heard: () => void): void
  removeEventListener(event: string, heard: () => void): void
}

export const here: Platform = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), longestMs))
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
  socket: (url, settings) => (url ? io(url, settings) : io(settings)),
  hints(wake) {
    const page = globalThis as Page
    const { document } = page
    const seen = () => {
      if (document?.visibilityState !== 'hidden') wake()
    }
    const listen = (act: keyof Target) => {
      page[act]?.('online', wake)
      document?.[act]?.('visibilitychange', seen)
    }
    listen('addEventListener')
    return () => listen('removeEventListener')
  },
}
