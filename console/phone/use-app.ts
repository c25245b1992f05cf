import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { connect, type Client, type Handle } from '../../client/connect.ts'
import type { OutboxEntry } from '../../client/outbox-storage.ts'
import { webStorage } from '../../client/outbox-storage.ts'
import { createOwnApi, type OwnApi, type OwnSignIn } from '../../client/own.ts'
import { unreachable } from '../../client/problem.ts'
import { showing } from '../../client/receipts.ts'
import { forgetConversations } from './offline.ts'
import { webTokens } from '../../client/tokens.ts'

/** One simulated telephone with the app on it: all that it keeps is under its own name. */
export interface AppPhone {
  api: OwnApi
  session: OwnSignIn | undefined
  client: Client | null
  isOnline: boolean
  goOnline: (on: boolean) => void
  /** The app is closed: its line is gone, and the telephone is told by a push. */
  closeApp: (isClosed: boolean) => void
  /** Somebody has signed in here, or out. */
  changed: () => void
}

/** It speaks through the library that apps are built with, and through nothing else. */
export function useApp(name: string): AppPhone {
  const api = useMemo(
    () => createOwnApi({ tokens: webTokens<OwnSignIn>(localStorage, `careline.app.${name}`) }),
    [name],
  )
  const [session, setSession] = useState(() => api.session())
  const [line, setLine] = useState<ReturnType<typeof lineOf> | null>(null)
  const [isOnline, setOnline] = useState(true)
  const changed = useCallback(() => setSession(api.session()), [api])
  const userId = session?.user.id
  useEffect(() => {
    if (userId === undefined) return undefined
    const opened = lineOf(api, name, userId)
    // Signed out elsewhere, or by the business: this phone forgets it, too.
    const stop = opened.client.onStatus(({ state }) => {
      if (state === 'signed_out')
        void api
          .signOut()
          .catch(() => undefined)
          .then(() => forgetConversations(name))
          .then(changed)
    })
    setLine(opened)
    return () => {
      stop()
      opened.client.close()
      setLine(null)
      setOnline(true)
    }
  }, [api, name, userId, changed])
  const goOnline = (on: boolean) => {
    setOnline(on)
    line?.goOnline(on)
  }
  const closeApp = (isClosed: boolean) => line?.goOnline(isOnline && !isClosed)
  return { api, session, client: line?.client ?? null, isOnline, goOnline, closeApp, changed }
}

/** A socket whose network can be taken away. */
function lineOf(api: OwnApi, name: string, userId: string) {
  let isOnline = true
  const client = connect({
    device: `app-${name}`,
    token: async () => {
      if (!isOnline) throw unreachable()
      return api.token()
    },
    storage: webStorage(localStorage, `app.${name}.${userId}`),
  })
  const goOnline = (on: boolean) => {
    isOnline = on
    if (on) client.reconnect()
    else client.cut()
  }
  return { client, goOnline }
}

/** Whether its line stands. Who has just opened it is not told that it does not, before it had its chance. */
export function useLive(client: Client): boolean {
  const { state, attempt } = useSyncExternalStore(client.onStatus, client.status)
  return state === 'live' || state === 'catching_up' || (state === 'connecting' && attempt === 0)
}

/** Their conversation as it is now, and from now on. */
export function useOwn(client: Client, conversationId: string) {
  const store = useMemo(() => {
    let handle: Handle<`conversation.own:${string}`> | undefined
    return {
      subscribe(changed: () => void) {
        const opened = client.stream('conversation.own', conversationId)
        handle = opened
        const stop = opened.subscribe(changed)
        const stopTelling = showing(client, opened, () => document.visibilityState === 'visible')
        return () => {
          stop()
          stopTelling()
          opened.close()
        }
      },
      state: () => handle?.state(),
      isTyping: () => handle?.signals().typing ?? false,
    }
  }, [client, conversationId])
  const state = useSyncExternalStore(store.subscribe, store.state)
  const isTyping = useSyncExternalStore(store.subscribe, store.isTyping)
  return { state, isTyping }
}

/** What was written and is not in the conversation yet, in its order. */
export function useUnsent(client: Client): readonly (OutboxEntry & { text: string })[] {
  const entries = useSyncExternalStore(client.onOutbox, client.outbox)
  return entries
    .filter(({ name }) => name === 'own_message.send')
    .map((entry) => {
      const { content } = entry.input as { content: { text?: string; caption?: string; kind: string } }
      return { ...entry, text: content.text ?? content.caption ?? content.kind }
    })
}
