import EmailReplyParser from 'email-reply-parser'

/** Longer mails are cut at our own marks alone: an expression of the library takes time with the cube of the length. */
const parsedMax = 2_000
const linesMax = 5_000

/** A line that begins what was said before, as the programs of Gmail, Outlook and Apple write it. */
const beginnings: readonly RegExp[] = [
  /^\s{0,3}-{2,}\s?(Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Messaggio originale|Oorspronkelijk bericht|Forwarded message|Weitergeleitete Nachricht)\s?-{2,}\s*$/i,
  /^\s{0,3}(Begin forwarded message|Anfang der weitergeleiteten Nachricht|Début du message réexpédié|Inicio del mensaje reenviado):\s*$/i,
  /^\s{0,3}On .{6,200} wrote:\s*$/,
  /^\s{0,3}Am .{6,200} schrieb .{1,200}:\s*$/,
  /^\s{0,3}.{1,120} schrieb am .{6,120}:\s*$/,
  /^\s{0,3}Le .{6,200} a écrit\s?:\s*$/,
  /^\s{0,3}El .{6,200} escribió:\s*$/,
  /^\s{0,3}Il .{6,200} ha scritto:\s*$/,
  /^\s{0,3}Op .{6,200} schreef .{1,200}:\s*$/,
]
/** Outlook: a rule, or nothing, and then the head of the former mail, two of its lines at least. */
const headLine =
  /^\s{0,3}\*?(From|Sent|To|Cc|Subject|Date|Von|Gesendet|An|Betreff|Datum|De|Envoyé|À|Objet|Enviado|Para|Asunto|Da|Inviato|A|Oggetto)\s?:\*?\s.{1,300}$/
const rule = /^\s{0,3}_{8,}\s*$/
const signatures: readonly RegExp[] = [
  /^-- ?$/,
  /^\s{0,3}(Sent from my|Sent from Outlook|Sent from Yahoo|Get Outlook for|Von meinem .{1,40} gesendet|Gesendet von|Envoyé de mon|Enviado desde mi|Inviato da|Verstuurd vanaf)\b.{0,100}$/i,
]

/** What is new in a mail: without what it quotes and without its signature. Never nothing where something was said. */
export function saidIn(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n').slice(0, linesMax)
  const own = withoutSignature(withoutTail(withoutQuotes(lines)))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  const read = own.length <= parsedMax ? replied(own) : own
  return read || own || text.trim()
}

/**
 * Cut where what was said before begins. With `>` before each line it ends where they end: what stands below is an
 * answer. Without, nobody can say, and all that follows is old; a mail that begins so is left as it is.
 */
function withoutQuotes(lines: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const width = beginningAt(lines, at, line)
    if (width === 0) {
      kept.push(line)
      continue
    }
    const end = endOfMarked(lines, at + width)
    if (end !== undefined) at = end - 1
    else return kept.some((one) => one.trim() !== '') ? kept : [...lines]
  }
  return kept
}

/** Where the marked lines from here on end; undefined where none is marked. */
function endOfMarked(lines: readonly string[], from: number): number | undefined {
  let first = from
  while (first < lines.length && lines[first]?.trim() === '') first++
  if (!marked.test(lines[first] ?? '')) return undefined
  let end = first
  while (end < lines.length && (marked.test(lines[end] ?? '') || isGap(lines, end))) end++
  return end
}

const marked = /^\s{0,3}>/
const isGap = (lines: readonly string[], at: number) => lines[at]?.trim() === '' && marked.test(lines[at + 1] ?? '')

/** Of how many lines the beginning is that stands here; 0 where none does. */
function beginningAt(lines: readonly string[], at: number, line: string): 0 | 1 | 2 {
  if (line.length > 400) return 0
  if (beginnings.some((one) => one.test(line))) return 1
  // Gmail breaks its line where it is long.
  const two = `${line.trimEnd()} ${lines[at + 1]?.trim() ?? ''}`
  if (two.length < 500 && /^\s{0,3}(On|Am|Le|El|Il|Op)\s/.test(line) && beginnings.some((one) => one.test(two)))
    return 2
  return isHead(lines, at, line) ? 1 : 0
}

function isHead(lines: readonly string[], at: number, line: string) {
  if (rule.test(line)) return headLine.test(lines[at + 1] ?? '') || headLine.test(lines[at + 2] ?? '')
  return headLine.test(line) && lines.slice(at, at + 4).filter((one) => headLine.test(one)).length >= 3
}

/** The block of `>` at the end. One in the middle stays: it was answered line by line. */
function withoutTail(lines: readonly string[]): string[] {
  let end = lines.length
  while (end > 0 && /^\s{0,3}(>|$)/.test(lines[end - 1] ?? '')) end--
  return lines.slice(0, end === 0 ? lines.length : end)
}

function withoutSignature(lines: readonly string[]): string[] {
  const found = lines.findIndex((line, at) => at > 0 && signatures.some((one) => one.test(line)))
  return lines.slice(0, found > 0 ? found : lines.length)
}

const replied = (text: string) => new EmailReplyParser().parseReply(text).trim()
