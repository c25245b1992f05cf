// What is so of every mail, on whichever side of the wire.

const addressMax = 254
export const mailTextMax = 65_536
/** What a mail of ours may hold: whoever gets it need not be asked for more than their server takes. */
export const mailFilesMax = 15
export const mailCopiesMax = 20
/** What most servers take of the files of one mail, bytes, before base64 makes it a third longer. */
export const mailAttachmentsMax = 25 * 1024 * 1024

/** Whether a mail can go to it: written without what would make two of it, or a header. */
export const isMailAddress = (text: string) =>
  text.length <= addressMax && /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+$/.test(text)

/** Domains know no case, and no provider of ours tells mailboxes apart by it. */
export const sameMailbox = (address: string) => address.trim().toLowerCase()

/** Somebody with a mailbox. The address as it was written; `sameMailbox` says what it is known by. */
export interface Mailbox {
  name: string
  address: string
}

const nameMax = 200

/** `Nina <nina@example.com>, otto@example.com` as people type it; `wrong` is what is no address. */
export function mailboxesIn(typed: string): { mailboxes: Mailbox[]; wrong: string[] } {
  const mailboxes: Mailbox[] = []
  const wrong: string[] = []
  // Not at a comma within quotes: "Maier, Nina" <nina@example.com>.
  for (const piece of typed.slice(0, 20_000).split(/[,;\n](?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    const one = piece.trim()
    if (one === '') continue
    const [, name = '', address = one] = /^(.*?)\s*<([^<>]*)>$/.exec(one) ?? []
    if (isMailAddress(address)) mailboxes.push({ name: plain(name), address })
    else wrong.push(one.slice(0, addressMax))
  }
  return { mailboxes, wrong }
}

const plain = (name: string) => name.replaceAll('"', '').trim().slice(0, nameMax)

/** The same the other way, to be typed on. */
export const written = (mailboxes: readonly Mailbox[]) =>
  mailboxes
    .map(({ name, address }) => {
      if (name === '') return address
      return `${/[,;"<>]/.test(name) ? `"${name.replaceAll('"', '')}"` : name} <${address}>`
    })
    .join(', ')

/** Each mailbox once, and none of those that get it anyway. */
export function onlyOnce<One extends Mailbox>(mailboxes: readonly One[], others: Iterable<string>): One[] {
  const known = new Set([...others].map(sameMailbox))
  return mailboxes.filter(({ address }) => {
    const one = sameMailbox(address)
    return !known.has(one) && known.add(one)
  })
}

/** `Re: Your visit` of `Your visit`, and of itself. */
export function answerTo(subject: string): string {
  const bare = subject.replace(/^(\s*(re|aw|sv|antw|rif|res|回复|fw|fwd|wg|tr)\s*(\[\d+\])?\s*[:：])+/i, '').trim()
  return bare === '' ? '' : `Re: ${bare}`
}
