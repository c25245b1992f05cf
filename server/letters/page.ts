import { inkOn } from '../../kernel/colour.ts'
import type { Words } from './words.ts'

const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string) => text.replace(/[&<>"']/g, (one) => named[one] ?? one)
// A line break in a subject could begin another header.
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 200)

/** A letter as a subject, as plain text, and as a page that every mail programme can show: no picture, no script. */
export function pageOf({ subject, before, press, after }: Words, link: string, language: string, colour = '#126461') {
  const paragraph = (text: string) => `<p style="margin:0 0 16px">${escaped(text)}</p>`
  const style = `display:inline-block;padding:12px 20px;border-radius:8px;background:${colour};color:${inkOn(colour)}`
  const button = `<p style="margin:0 0 16px"><a href="${escaped(link)}" style="${style}">${escaped(press)}</a></p>`
  const body = [...before.map(paragraph), ...(press === '' ? [] : [button]), ...after.map(paragraph)].join('\n')
  return {
    subject: oneLine(subject),
    text: [...before, ...(press === '' ? [] : [`${press}: ${link}`]), ...after].join('\n\n'),
    html: `<!doctype html>
<html lang="${language}">
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#14211f">
${body}
</body>
</html>`,
  }
}
