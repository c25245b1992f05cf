import { createRequire } from 'node:module'
import type sanitizer from 'sanitize-html'

const require = createRequire(import.meta.url)
/** With a parser of style sheets: read when the first mail comes, not at each start. */
const sanitize = (html: string, options: sanitizer.IOptions) =>
  (require('sanitize-html') as typeof sanitizer)(html, options)

/** Of a mail's HTML; what is longer is cut before it is read. */
export const htmlMax = 1_000_000

const colour = [/^#[0-9a-f]{3,8}$/i, /^(rgb|rgba|hsl|hsla)\([\d\s,.%/]{1,40}\)$/i, /^[a-z]{3,24}$/i]
const length = [/^-?\d{1,4}(\.\d{1,3})?(px|em|rem|pt|%)?$/i, /^(auto|normal|0)$/i]
const box = [/^(-?\d{1,4}(\.\d{1,3})?(px|em|rem|pt|%)?|auto)(\s+(-?\d{1,4}(\.\d{1,3})?(px|em|rem|pt|%)?|auto)){0,3}$/i]
const border = [/^[\w\s#.,()%-]{1,80}$/]

/** What a style may say: looks, never a place on the page and never an address. */
const styles = {
  color: colour,
  'background-color': colour,
  'font-size': length,
  'font-weight': [/^(normal|bold|bolder|lighter|[1-9]00)$/],
  'font-style': [/^(normal|italic|oblique)$/],
  'font-family': [/^[\w\s,'"-]{1,200}$/],
  'text-align': [/^(left|right|center|justify|start|end)$/],
  'text-decoration': [/^(none|underline|line-through)$/],
  'line-height': length,
  'vertical-align': [/^(top|middle|bottom|baseline)$/],
  margin: box,
  padding: box,
  border,
  'border-top': border,
  'border-bottom': border,
  'border-collapse': [/^(collapse|separate)$/],
  width: length,
  'max-width': length,
  height: length,
}

const tags =
  'a abbr b bdo blockquote br caption center cite code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i ' +
  'img ins kbd li ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var'

/** Kept beside an image whose address would tell somebody that the mail was opened: nothing loads from it by itself. */
const remote = 'data-remote'

/**
 * A mail's HTML without anything that acts, loads, or covers what is not its own: no scripts, forms, frames or styles
 * of the page; an image is a part of the mail (`cid:`), a small one in the text, or waits for a click with its address
 * in `data-remote`.
 */
export function saneHtml(html: string): string {
  return sanitize(html.slice(0, htmlMax), {
    allowedTags: tags.split(' '),
    allowedAttributes: {
      '*': ['style', 'dir', 'lang', 'align', 'valign', 'title'],
      a: ['href', 'name', 'target', 'rel'],
      img: ['src', 'alt', 'width', 'height', remote],
      td: ['colspan', 'rowspan', 'width', 'height', 'bgcolor'],
      th: ['colspan', 'rowspan', 'width', 'height', 'bgcolor'],
      table: ['width', 'border', 'cellpadding', 'cellspacing', 'bgcolor'],
      col: ['span', 'width'],
      font: ['color', 'size', 'face'],
      ol: ['start', 'type'],
    },
    allowedStyles: { '*': styles },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['cid', 'data'] },
    allowProtocolRelative: false,
    disallowedTagsMode: 'discard',
    nonTextTags: ['style', 'script', 'textarea', 'option', 'noscript', 'title', 'head'],
    transformTags: {
      a: (tagName, attribs) => ({
        tagName,
        attribs: { ...attribs, target: '_blank', rel: 'noopener noreferrer nofollow' },
      }),
      img: (tagName, attribs) => ({ tagName, attribs: imageOf(attribs) }),
    },
    exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !attribs['src'] && !attribs[remote],
    nestingLimit: 100,
  })
}

function imageOf({ src = '', [remote]: _, ...rest }: Record<string, string>): Record<string, string> {
  const address = src.trim()
  if (/^cid:/i.test(address)) return { ...rest, src: address.slice(0, 300) }
  if (/^data:image\/(png|jpeg|gif|webp);base64,/i.test(address) && address.length < 100_000)
    return { ...rest, src: address }
  if (!/^https?:\/\//i.test(address) || isBeacon(rest)) return rest
  return { ...rest, [remote]: address.slice(0, 2_048) }
}

/** One pixel, made to tell that somebody read. */
const isBeacon = ({ width, height }: Record<string, string>) => Number(width) <= 1 || Number(height) <= 1

const lineAfter = /<\/(p|div|h[1-6]|li|tr|blockquote|pre|table|ul|ol|dt|dd)>/gi
const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' }

/** What a mail without a text part says. Quotes keep their mark, so that they can be told from what is new. */
export function textOf(html: string): string {
  const sane = sanitize(html.slice(0, htmlMax), {
    allowedTags: ['br', 'p', 'div', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'li', 'tr', 'blockquote', 'pre', 'table', 'hr'],
    allowedAttributes: {},
    nonTextTags: ['style', 'script', 'textarea', 'option', 'noscript', 'title', 'head'],
    nestingLimit: 100,
  })
  const lines = sane
    .replace(/\s+/g, ' ')
    .replace(/ ?<(br|hr) ?\/?> ?/gi, '\n')
    .replace(/<li>/gi, '\n- ')
    .replace(/<blockquote>/gi, '\n\ue000')
    .replace(/<\/blockquote>/gi, '\n\ue001')
    .replace(lineAfter, '\n')
    .replace(/<[^>]{1,200}>/g, '')
    .replace(/&(amp|lt|gt|quot);/g, (found) => entities[found] ?? found)
    .split('\n')
  return quoted(lines)
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function quoted(lines: readonly string[]) {
  let depth = 0
  const marked = lines.map((line) => {
    depth = Math.max(0, depth + count(line, '\ue000') - count(line, '\ue001'))
    const words = line
      .replaceAll(/[\ue000\ue001]/g, '')
      .replaceAll('\u00a0', ' ')
      .trim()
    return depth > 0 && words !== '' ? `${'>'.repeat(Math.min(depth, 9))} ${words}` : words
  })
  return marked.join('\n')
}

const count = (line: string, mark: string) => line.split(mark).length - 1
