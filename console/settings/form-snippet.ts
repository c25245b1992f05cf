import type { LeadForm } from '../../client/people-settings.ts'

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** What is pasted into a website: it needs no script, and looks as the website does. */
export function snippetOf({ consentText }: Pick<LeadForm, 'consentText'>, address: string): string {
  const consent =
    consentText === ''
      ? []
      : [`  <p><label><input type="checkbox" name="consent" value="yes"> ${escaped(consentText)}</label></p>`]
  return [
    `<form action="${escaped(address)}" method="post">`,
    '  <p><label>Name <input name="name" autocomplete="name" maxlength="200"></label></p>',
    '  <p><label>E-mail <input name="email" type="email" autocomplete="email" maxlength="254" required></label></p>',
    '  <p><label>Phone <input name="phone" type="tel" autocomplete="tel" maxlength="32"></label></p>',
    '  <p><label>Message <textarea name="message" maxlength="500"></textarea></label></p>',
    ...consent,
    // Machines fill in every field that they find: what is in this one is thrown away.
    '  <p style="position:absolute;left:-9999px" aria-hidden="true"><label>Leave this empty <input name="website" tabindex="-1" autocomplete="off"></label></p>',
    '  <p><button>Send</button></p>',
    '</form>',
  ].join('\n')
}
