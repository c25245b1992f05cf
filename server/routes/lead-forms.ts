import { z } from 'zod'
import { conflict } from '../../kernel/problem.ts'
import { leadForms, leadFormsMax } from '../../store/settings/lead-forms.ts'
import { bytes, languagesOf, post, type Raw, raw } from '../http/route.ts'
import { resource } from '../http/resource.ts'

const tags = ['Leads']
const bodyMax = 16 * 1_024

/** What a visitor reads whose form leads nowhere else. */
const thanks: Readonly<Record<string, string>> = {
  en: 'Thank you. We will be in touch.',
  de: 'Danke. Wir melden uns bei Ihnen.',
  es: 'Gracias. Nos pondremos en contacto con usted.',
  fr: 'Merci. Nous vous recontacterons.',
  pt: 'Obrigado. Entraremos em contacto consigo.',
  it: 'Grazie. La ricontatteremo.',
  nl: 'Bedankt. We nemen contact met u op.',
  hi: 'धन्यवाद। हम आपसे संपर्क करेंगे।',
  ar: 'شكرًا لك. سنتواصل معك.',
}

/** Forms on websites: what the business sets up, and what strangers send. */
export const leadFormRoutes = [
  ...resource({
    ...leadForms,
    path: '/lead-forms',
    noun: 'lead_form',
    prefix: 'frm',
    allow: { read: 'workspace.read', write: 'workspace.manage' },
    words: { one: 'a form of a website', all: 'The forms on websites, the latest first' },
    tags,
    max: leadFormsMax,
    unique: { of: leadForms.unique, code: 'form_exists', says: 'Another form has this name.' },
  }),

  post(
    '/public/leads/:key',
    {
      allow: 'public',
      limit: 'pub',
      summary:
        'What somebody filled in on a website: form fields or JSON; the key is no secret, the website is checked',
      tags,
      params: z.object({ key: z.string().regex(/^[\w.]{8,160}$/) }),
      body: bytes(bodyMax),
      reply: raw('text/html'),
      status: 202,
      problems: ['form_unknown', 'origin_not_allowed', 'invalid_address', 'address_missing', 'body_unreadable'],
    },
    async ({ records, audit, request, params, body }) => {
      const [origin, isJson] = [request.header('origin'), request.header('content-type').includes('json')]
      const from = { origin, ip: request.ip, languages: languagesOf(request) }
      const { of, thanksUrl, language } = await records.forms.take(params.key, fieldsOf(body, isJson), from)
      if (of)
        await audit({
          ...{ workspaceId: of.workspaceId, by: { kind: 'person', id: of.userId }, action: 'lead.taken' },
          ...{ target: { kind: 'user', id: of.userId }, note: { isNew: of.isNew, origin } },
          from: { ip: request.ip, requestId: request.requestId },
        })
      return answerTo({ isScript: isJson || request.header('accept').includes('json'), thanksUrl, language, origin })
    },
  ),
]

/** As a browser sends a form, or a script. */
function fieldsOf(body: Buffer, isJson: boolean): unknown {
  const text = body.toString()
  if (!isJson) return Object.fromEntries(new URLSearchParams(text))
  try {
    return JSON.parse(text)
  } catch {
    throw conflict('body_unreadable', 'This is no JSON.')
  }
}

interface Asked {
  isScript: boolean
  thanksUrl: string | null
  language: string
  origin: string
}

function answerTo({ isScript, thanksUrl, language, origin }: Asked): Raw {
  // Scripts of this website may read the answer: it says nothing but that it came.
  const headers = { 'access-control-allow-origin': origin, vary: 'origin' }
  const says = thanks[language] ?? thanks['en'] ?? ''
  if (isScript) return { type: 'application/json', body: JSON.stringify({ says }), headers }
  if (thanksUrl !== null)
    return { type: 'text/plain', body: says, status: 303, headers: { ...headers, location: thanksUrl } }
  const dir = language === 'ar' ? 'rtl' : 'ltr'
  const page = `<!doctype html><html lang="${language}" dir="${dir}"><meta charset="utf-8"><title>${says}</title><p>${says}</p></html>`
  return { type: 'text/html; charset=utf-8', body: page, headers }
}
