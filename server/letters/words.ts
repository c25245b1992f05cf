import type { Letter, SecurityChange } from '../../actors/letterbox/contract.ts'
import { privacyDe, privacyEn } from './privacy-words.ts'
import type { OffReason } from '../../actors/webhook-endpoint/contract.ts'

export interface Words {
  subject: string
  /** Paragraphs before the link. */
  before: string[]
  /** What stands on the button; nothing where there is no link. */
  press: string
  after: string[]
}

type Spoken = Exclude<Letter, { about: 'nobody' }>
type Of<About extends Spoken['about']> = Extract<Spoken, { about: About }>
/** Every letter in one language. */
export type Language = { [About in Spoken['about']]: (letter: Of<About>) => Words }

const offEn: Record<OffReason, string> = {
  failing: 'It has taken nothing for about three days.',
  gone: 'It answered that it is gone for good (410).',
  too_far_behind: 'More than 10,000 deliveries wait for it.',
}
const offDe: Record<OffReason, string> = {
  failing: 'Er hat etwa drei Tage lang nichts angenommen.',
  gone: 'Er hat geantwortet, dass es ihn nicht mehr gibt (410).',
  too_far_behind: 'Mehr als 10.000 Zustellungen warten auf ihn.',
}

const changedEn: Record<SecurityChange, string> = {
  app_added: 'An authenticator app was added to your account',
  app_removed: 'The authenticator app was removed from your account',
  passkey_added: 'A passkey was added to your account',
  passkey_removed: 'A passkey was removed from your account',
  recovery_codes_renewed: 'New recovery codes were made for your account',
  recovery_code_used: 'Somebody signed in with one of your recovery codes',
  google_linked: 'Your account can be opened with Google now',
  google_unlinked: 'Your account cannot be opened with Google any more',
  phone_added: 'A phone number was added to your account',
  phone_removed: 'A phone number was removed from your account',
  email_changed: 'Your account has another e-mail address now',
  slack_linked: 'A Slack account acts as you now, by the buttons there',
  slack_unlinked: 'Your account is not linked with Slack any more',
}
const changedDe: Record<SecurityChange, string> = {
  app_added: 'Ihrem Konto wurde eine Authenticator-App hinzugefügt',
  app_removed: 'Die Authenticator-App wurde aus Ihrem Konto entfernt',
  passkey_added: 'Ihrem Konto wurde ein Passkey hinzugefügt',
  passkey_removed: 'Ein Passkey wurde aus Ihrem Konto entfernt',
  recovery_codes_renewed: 'Für Ihr Konto wurden neue Wiederherstellungscodes erzeugt',
  recovery_code_used: 'Jemand hat sich mit einem Ihrer Wiederherstellungscodes angemeldet',
  google_linked: 'Ihr Konto lässt sich jetzt auch mit Google öffnen',
  google_unlinked: 'Ihr Konto lässt sich nicht mehr mit Google öffnen',
  phone_added: 'Ihrem Konto wurde eine Telefonnummer hinzugefügt',
  phone_removed: 'Eine Telefonnummer wurde aus Ihrem Konto entfernt',
  email_changed: 'Ihr Konto hat jetzt eine andere E-Mail-Adresse',
  slack_linked: 'Ein Slack-Konto handelt jetzt in Ihrem Namen, mit den Knöpfen dort',
  slack_unlinked: 'Ihr Konto ist nicht mehr mit Slack verknüpft',
}

type News = Of<'error'>['news']
const newsEn: Record<News, string> = {
  first: 'A new kind of error',
  again: 'An error came again after it had been resolved',
  spike: 'One kind of error comes unusually often',
}
const newsDe: Record<News, string> = {
  first: 'Ein Fehler einer neuen Art',
  again: 'Ein Fehler ist wieder da, der als behoben galt',
  spike: 'Ein Fehler kommt ungewöhnlich oft',
}

const en: Language = {
  mailbox_lost: ({ workspace, name, mailbox }) => ({
    subject: `${mailbox} is no longer connected`,
    before: [
      `Google no longer lets ${workspace} into the mailbox ${mailbox} (${name}): somebody took the permission back, or changed its password.`,
      'Until it is connected again, mails to it are not read here, and none leave by it.',
    ],
    press: 'Connect it again',
    after: [],
  }),
  person_code: ({ code, minutes, workspace }) => ({
    subject: `${code} is your code for ${workspace}`,
    before: [`Type this code where ${workspace} asks you for it: ${code}`],
    press: '',
    after: [
      `It is good once, for ${minutes} minutes. Never tell it to anybody. If you did not ask for it, nothing has happened.`,
    ],
  }),
  sign_in: ({ code, minutes }) => ({
    subject: `${code} is your sign-in code`,
    before: [`Open the link, or type this code where you are signing in: ${code}`],
    press: 'Sign in',
    after: [`Both are good once, for ${minutes} minutes. If you did not ask for them, nothing has happened.`],
  }),
  password: ({ minutes }) => ({
    subject: 'Set a new password',
    before: ['Somebody, most likely you, wants to set a new password for this address.'],
    press: 'Set a new password',
    after: [`The link is good once, for ${minutes} minutes. If it was not you, your password stays as it is.`],
  }),
  invitation: ({ name, workspace, days }) => ({
    subject: `You are invited to ${workspace}`,
    before: [`Hello ${name},`, `${workspace} would like you to join their team on Careline.`],
    press: 'See the invitation',
    after: [`The link is good once, for ${days} days.`],
  }),
  welcome: ({ name, workspace, hours }) => ({
    subject: `Open ${workspace} on Careline`,
    before: [
      `Hello ${name},`,
      `Open the link and type the password that you chose: then ${workspace} is yours to set up.`,
    ],
    press: 'Go on',
    after: [
      `The link is good once, for ${hours} hours. If you did not ask for it, do nothing: nothing is opened then.`,
    ],
  }),
  have_account: () => ({
    subject: 'You have an account already',
    before: [
      'Somebody, most likely you, wanted to open a business on Careline with this address. It has an account already.',
      'Sign in with it, then open another business under My account.',
    ],
    press: 'Sign in',
    after: ['If it was not you, nothing has happened.'],
  }),
  confirm_email: ({ hours }) => ({
    subject: 'Is this your address?',
    before: ['Somebody, most likely you, gave this address to their account on Careline.'],
    press: 'Yes, it is mine',
    after: [`The link is good once, for ${hours} hours. If it was not you, do nothing.`],
  }),
  called: ({ calls, workspace }) => ({
    subject: calls === 1 ? 'A colleague asks for your attention' : `${calls} things ask for your attention`,
    before: [
      calls === 1
        ? `In ${workspace} somebody mentioned you, or a person waits for you, and you have not looked yet.`
        : `In ${workspace} ${calls} mentions or warnings are for you, and you have not looked yet.`,
    ],
    press: 'Look',
    after: [],
  }),
  impersonation: ({ name }) => ({
    subject: `${name} asks to act as you`,
    before: [`${name} asks to work in Careline as you, to help or to look into something.`],
    press: 'Decide',
    after: ['You say for how long, see who does so, and can end it at any time. If you do nothing, nothing happens.'],
  }),
  audit_broken: ({ workspace, findings }) => ({
    subject: `The audit of ${workspace} is broken`,
    before: [
      `The nightly look through the audit of ${workspace} found ${findings === 1 ? 'one entry' : `${findings} entries`} that somebody changed, took out or put in beside Careline.`,
      'Whoever can do this has access to the database itself.',
    ],
    press: 'See which ones',
    after: [],
  }),
  error: ({ workspace, news, name, place }) => ({
    subject: `${newsEn[news]} (${workspace})`,
    before: [`${newsEn[news]}: ${name}${place === '' ? '' : `, at ${place}`}.`],
    press: 'See it',
    after: [],
  }),
  security: ({ what, ip }) => ({
    subject: changedEn[what],
    before: [
      `${changedEn[what]}${ip === null ? '' : ` (from the address ${ip})`}.`,
      'If it was you, there is nothing to do.',
    ],
    press: 'Look at my account',
    after: ['If it was not you: change your password, end the other sign-ins, and tell whoever runs your workspace.'],
  }),
  webhook_off: ({ workspace, name, reason }) => ({
    subject: `The webhook “${name}” of ${workspace} was turned off`,
    before: [
      `${offEn[reason]} So Careline sends nothing to it any more.`,
      'What waits is kept: turn the webhook on again, and it goes out in its order.',
    ],
    press: 'See what it answered',
    after: [],
  }),
  codes_paused: ({ workspace }) => ({
    subject: `Sign-in codes of ${workspace} are paused`,
    before: [
      `Today's codes by SMS and WhatsApp for ${workspace} have cost as much as you allow in a day. Until midnight (UTC) no more are sent; every other way to sign in works.`,
      'If your team did not ask for so many, somebody may be trying numbers: look at the countries that codes go to.',
    ],
    press: 'Look at the settings',
    after: [],
  }),
  closing: ({ workspace, ends }) => ({
    subject: `${workspace} was closed`,
    before: [
      `${workspace} was closed on Careline. Nothing is sent any more; everything can still be read and exported.`,
      `Until ${ends} an owner can take it back. After that its key is destroyed, and nobody can ever read it again, not even from a backup.`,
    ],
    press: 'Look at it',
    after: ['If nobody of you closed it, take it back at once and change your password.'],
  }),
  closing_soon: ({ workspace, ends }) => ({
    subject: `${workspace} ends on ${ends}`,
    before: [
      `${workspace} was closed. On ${ends} its key is destroyed: after that nobody can ever read anything of it.`,
      'Until then you can export everything, or take the closing back.',
    ],
    press: 'Look at it',
    after: [],
  }),
  privacy_request: privacyEn,
  export_ready: ({ workspace, hours }) => ({
    subject: `The export of ${workspace} is ready`,
    before: [`Everything that Careline keeps for ${workspace} is in one encrypted file now.`],
    press: 'Fetch it',
    after: [`It is there for ${hours} hours. If you did not ask for it, change your password: somebody else did.`],
  }),
}

const de: Language = {
  mailbox_lost: ({ workspace, name, mailbox }) => ({
    subject: `${mailbox} ist nicht mehr verbunden`,
    before: [
      `Google lässt ${workspace} nicht mehr in das Postfach ${mailbox} (${name}): jemand hat die Erlaubnis zurückgenommen oder das Passwort geändert.`,
      'Bis es wieder verbunden ist, werden E-Mails an diese Adresse hier nicht gelesen, und keine geht von ihr ab.',
    ],
    press: 'Wieder verbinden',
    after: [],
  }),
  person_code: ({ code, minutes, workspace }) => ({
    subject: `${code} ist Ihr Code für ${workspace}`,
    before: [`Geben Sie diesen Code dort ein, wo ${workspace} Sie danach fragt: ${code}`],
    press: '',
    after: [
      `Er gilt einmal und ${minutes} Minuten lang. Sagen Sie ihn niemandem. Wenn Sie ihn nicht angefordert haben, ist nichts geschehen.`,
    ],
  }),
  sign_in: ({ code, minutes }) => ({
    subject: `${code} ist Ihr Anmeldecode`,
    before: [`Öffnen Sie den Link, oder geben Sie dort, wo Sie sich anmelden, diesen Code ein: ${code}`],
    press: 'Anmelden',
    after: [`Beides gilt einmal und ${minutes} Minuten lang. Wenn Sie nichts angefordert haben, ist nichts geschehen.`],
  }),
  password: ({ minutes }) => ({
    subject: 'Neues Passwort festlegen',
    before: ['Jemand, wahrscheinlich Sie, möchte für diese Adresse ein neues Passwort festlegen.'],
    press: 'Neues Passwort festlegen',
    after: [`Der Link gilt einmal und ${minutes} Minuten lang. Wenn Sie es nicht waren, bleibt Ihr Passwort bestehen.`],
  }),
  invitation: ({ name, workspace, days }) => ({
    subject: `Einladung zu ${workspace}`,
    before: [`Guten Tag ${name},`, `${workspace} lädt Sie ein, im Team auf Careline mitzuarbeiten.`],
    press: 'Einladung ansehen',
    after: [`Der Link gilt einmal und ${days} Tage lang.`],
  }),
  welcome: ({ name, workspace, hours }) => ({
    subject: `${workspace} bei Careline eröffnen`,
    before: [
      `Guten Tag ${name},`,
      `öffnen Sie den Link, und geben Sie das Passwort ein, das Sie gewählt haben: dann können Sie ${workspace} einrichten.`,
    ],
    press: 'Weiter',
    after: [
      `Der Link gilt einmal und ${hours} Stunden lang. Wenn Sie nichts angefordert haben, tun Sie nichts: dann wird nichts eröffnet.`,
    ],
  }),
  have_account: () => ({
    subject: 'Sie haben schon ein Konto',
    before: [
      'Jemand, wahrscheinlich Sie, wollte mit dieser Adresse bei Careline ein Geschäft eröffnen. Sie hat schon ein Konto.',
      'Melden Sie sich damit an, und eröffnen Sie ein weiteres Geschäft unter „My account“.',
    ],
    press: 'Anmelden',
    after: ['Wenn Sie es nicht waren, ist nichts geschehen.'],
  }),
  confirm_email: ({ hours }) => ({
    subject: 'Ist das Ihre Adresse?',
    before: ['Jemand, wahrscheinlich Sie, hat diese Adresse bei einem Konto von Careline angegeben.'],
    press: 'Ja, das ist meine',
    after: [`Der Link gilt einmal und ${hours} Stunden lang. Wenn Sie es nicht waren, tun Sie nichts.`],
  }),
  called: ({ calls, workspace }) => ({
    subject: calls === 1 ? 'Jemand bittet um Ihre Aufmerksamkeit' : `${calls} Dinge bitten um Ihre Aufmerksamkeit`,
    before: [
      calls === 1
        ? `Bei ${workspace} hat Sie jemand erwähnt, oder jemand wartet auf Sie, und Sie haben noch nicht nachgesehen.`
        : `Bei ${workspace} gibt es ${calls} Erwähnungen oder Warnungen für Sie, die Sie noch nicht gesehen haben.`,
    ],
    press: 'Nachsehen',
    after: [],
  }),
  impersonation: ({ name }) => ({
    subject: `${name} möchte in Ihrem Namen handeln`,
    before: [`${name} möchte in Careline in Ihrem Namen arbeiten, um zu helfen oder etwas zu prüfen.`],
    press: 'Entscheiden',
    after: [
      'Sie bestimmen, wie lange, sehen, wer es tut, und können es jederzeit beenden. Tun Sie nichts, geschieht nichts.',
    ],
  }),
  audit_broken: ({ workspace, findings }) => ({
    subject: `Das Protokoll von ${workspace} ist beschädigt`,
    before: [
      `Die nächtliche Prüfung des Protokolls von ${workspace} hat ${findings === 1 ? 'einen Eintrag' : `${findings} Einträge`} gefunden, die jemand an Careline vorbei geändert, entfernt oder eingefügt hat.`,
      'Wer das kann, hat Zugang zur Datenbank selbst.',
    ],
    press: 'Ansehen, welche',
    after: [],
  }),
  error: ({ workspace, news, name, place }) => ({
    subject: `${newsDe[news]} (${workspace})`,
    before: [`${newsDe[news]}: ${name}${place === '' ? '' : `, bei ${place}`}.`],
    press: 'Ansehen',
    after: [],
  }),
  security: ({ what, ip }) => ({
    subject: changedDe[what],
    before: [
      `${changedDe[what]}${ip === null ? '' : ` (von der Adresse ${ip})`}.`,
      'Wenn Sie das waren, ist nichts zu tun.',
    ],
    press: 'Mein Konto ansehen',
    after: [
      'Wenn Sie es nicht waren: Ändern Sie Ihr Passwort, beenden Sie die anderen Anmeldungen und sagen Sie Bescheid.',
    ],
  }),
  webhook_off: ({ workspace, name, reason }) => ({
    subject: `Der Webhook „${name}“ von ${workspace} wurde abgeschaltet`,
    before: [
      `${offDe[reason]} Careline sendet ihm deshalb nichts mehr.`,
      'Was wartet, bleibt erhalten: Schalten Sie den Webhook wieder ein, geht es in seiner Reihenfolge hinaus.',
    ],
    press: 'Ansehen, was er geantwortet hat',
    after: [],
  }),
  codes_paused: ({ workspace }) => ({
    subject: `Anmeldecodes von ${workspace} sind angehalten`,
    before: [
      `Die Codes per SMS und WhatsApp für ${workspace} haben heute so viel gekostet, wie Sie am Tag erlauben. Bis Mitternacht (UTC) werden keine mehr gesendet; alle anderen Wege der Anmeldung gehen weiter.`,
      'Wenn Ihr Team nicht so viele angefordert hat, probiert vielleicht jemand Nummern aus: Prüfen Sie die erlaubten Länder.',
    ],
    press: 'Einstellungen ansehen',
    after: [],
  }),
  closing: ({ workspace, ends }) => ({
    subject: `${workspace} wurde geschlossen`,
    before: [
      `${workspace} wurde bei Careline geschlossen. Es wird nichts mehr gesendet; lesen und exportieren lässt sich noch alles.`,
      `Bis zum ${ends} kann ein Inhaber das zurücknehmen. Danach wird der Schlüssel vernichtet, und niemand kann je wieder etwas davon lesen, auch nicht aus einer Sicherung.`,
    ],
    press: 'Ansehen',
    after: ['Wenn es niemand von Ihnen war: Nehmen Sie es gleich zurück, und ändern Sie Ihr Passwort.'],
  }),
  closing_soon: ({ workspace, ends }) => ({
    subject: `${workspace} endet am ${ends}`,
    before: [
      `${workspace} wurde geschlossen. Am ${ends} wird der Schlüssel vernichtet: danach kann niemand je wieder etwas davon lesen.`,
      'Bis dahin können Sie alles exportieren oder die Schließung zurücknehmen.',
    ],
    press: 'Ansehen',
    after: [],
  }),
  privacy_request: privacyDe,
  export_ready: ({ workspace, hours }) => ({
    subject: `Der Export von ${workspace} ist fertig`,
    before: [`Alles, was Careline für ${workspace} aufbewahrt, liegt jetzt in einer verschlüsselten Datei.`],
    press: 'Abholen',
    after: [
      `Sie liegt ${hours} Stunden lang bereit. Wenn Sie sie nicht angefordert haben, ändern Sie Ihr Passwort: dann war es jemand anderes.`,
    ],
  }),
}

const languages: Record<string, Language> = { en, de }

/** In the language of this BCP 47 tag, or in English where it is not spoken here. */
export function wordsOf(letter: Spoken, tag: string): { words: Words; language: string } {
  const [base = ''] = tag.toLowerCase().split('-')
  const language = Object.hasOwn(languages, base) ? base : 'en'
  const say = (languages[language] ?? en)[letter.about] as (letter: Spoken) => Words
  return { words: say(letter), language }
}
