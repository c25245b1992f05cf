import { anywhere, type Code } from '../socket/codes.ts'

export interface Message {
  name: string
  title: string
  description?: string
  payload: object
  examples?: { name: string; payload: unknown }[]
  /** The Socket.IO event; missing where it is an acknowledgement. */
  'x-emit'?: string
}

export const channelRef = (channel: string) => ({ $ref: `#/channels/${channel}` })
export const messageRef = (channel: string, message: string) => ({ $ref: `#/channels/${channel}/messages/${message}` })

interface Asked {
  channel: string
  /** The keys of the message and of its answer in the channel. */
  message: string
  answer: string
  summary: string
  /** What it may be refused with, besides what anything may be refused with. */
  codes: readonly Code[]
}

/** Something that a client asks for: a message, and the acknowledgement. Every such channel has a message `refused`. */
export const asked = ({ channel, message, answer, summary, codes }: Asked) => {
  const all = [...new Set([...anywhere, ...codes])].sort()
  return {
    action: 'receive',
    channel: channelRef(channel),
    summary,
    description: `May be refused with ${all.map((code) => `\`${code}\``).join(', ')}.`,
    messages: [messageRef(channel, message)],
    reply: {
      channel: channelRef(channel),
      messages: [messageRef(channel, answer), messageRef(channel, 'refused')],
    },
    'x-codes': all,
  }
}

export const example = (payload: unknown) => [{ name: 'example', payload }]
