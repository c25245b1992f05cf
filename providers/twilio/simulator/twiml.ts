/** One thing that TwiML wants done. */
export interface Spoken {
  name: string
  attributes: Readonly<Record<string, string>>
  /** Its words, or the number that it dials. */
  text: string
  /** The attributes of what stands in it. */
  inner: Readonly<Record<string, string>>
}

const marks: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const plain = (text: string) => text.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => marks[name] ?? '')

function attributesOf(written: string): Record<string, string> {
  const found = [...written.matchAll(/([\w-]+)="([^"]*)"/g)]
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, plain(value)]))
}

/** What a document of TwiML wants, in its order; nothing where it is none. */
export function spokenIn(xml: string): Spoken[] {
  const inside = /<Response>([\s\S]*)<\/Response>/.exec(xml)?.[1] ?? ''
  const verbs = inside.matchAll(/<(Say|Record|Dial|Hangup|Reject)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/\1>)/g)
  return [...verbs].map(([, name = '', written = '', content = '']) => {
    const inner = /<Number\b([^>]*)>/.exec(content)?.[1] ?? ''
    const text = plain(content.replaceAll(/<[^>]*>/g, '')).trim()
    return { name, attributes: attributesOf(written), text, inner: attributesOf(inner) }
  })
}
