import type { Http } from './http.ts'

/** What a number says that is called; `rev` is what whoever changes it has seen. */
export interface VoiceLine {
  isOn: boolean
  language: 'en' | 'de'
  /** Empty: the usual words. */
  greeting: string
  hasVoicemail: boolean
  /** Said before anything is recorded; empty: nothing. */
  recordingNotice: string
  /** The longest message, seconds. */
  maxSeconds: number
  /** What was recorded is deleted at the provider once it is here. */
  deletesRecordings: boolean
  /** A telephone of the business that rings first, in E.164; empty: none. */
  putThroughTo: string
  /** For so long it rings before the greeting, seconds. */
  ringSeconds: number
  rev: number
  webhookUrl: string
}

const at = encodeURIComponent

/** Telephone calls. A part of its own: a screen that calls nobody need not load it. */
export const callsOf = (http: Http) => ({
  /** The own telephone of whoever calls rings first. */
  call: (conversationId: string, by: { channelId?: string } = {}) =>
    http.post<{ messageId: string; n: number }>(`/conversations/${at(conversationId)}/calls`, by),
  hangUp: (conversationId: string, messageId: string) =>
    http.post(`/conversations/${at(conversationId)}/calls/${at(messageId)}/end`),
  line: (channelId: string) => http.get<VoiceLine>(`/channels/${at(channelId)}/voice`),
  setLine: (channelId: string, { rev, webhookUrl: _, ...line }: VoiceLine) =>
    http.put<VoiceLine>(`/channels/${at(channelId)}/voice`, line, { headers: { 'if-match': String(rev) } }),
})
