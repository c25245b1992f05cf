import type { TemplateCategory, TemplateWords } from '../../kernel/template.ts'
import style from './settings.module.css'
import own from './templates.module.css'

type Otp = Extract<TemplateWords['buttons'][number], { type: 'otp' }>
const copies: Otp = { type: 'otp', how: 'copy_code', text: '' }
const otpOf = ({ buttons }: TemplateWords) => buttons.find((one): one is Otp => one.type === 'otp') ?? copies

/** Of one-time codes WhatsApp has the words ready: only what can be chosen is kept. */
export const codeWords = (words: TemplateWords): TemplateWords => ({
  ...words,
  header: null,
  body: '',
  footer: '',
  buttons: [otpOf(words)],
  places: [],
})

/** The words that fit what it is for. */
export function wordsFor(category: TemplateCategory, words: TemplateWords): TemplateWords {
  if (category === 'authentication') return codeWords(words)
  const buttons = words.buttons.filter(({ type }) => type !== 'otp')
  return { ...words, buttons, warns: false, expiresMinutes: null }
}

/** About as WhatsApp says it, in the language of the template. */
export function codePreview(words: TemplateWords) {
  const { warns, expiresMinutes } = words
  const warning = warns ? ' For your security, do not share this code.' : ''
  return {
    body: `123456 is your verification code.${warning}`,
    ...(expiresMinutes !== null && { footer: `This code expires in ${String(expiresMinutes)} minutes.` }),
    buttons: [otpOf(words).text || 'Copy code'],
  }
}

interface Props {
  words: TemplateWords
  reword: (said: Partial<TemplateWords>) => void
}

export const CodeFields = ({ words, reword }: Props) => {
  const otp = otpOf(words)
  return (
    <>
      <p className={own.hint}>WhatsApp has the words of a code ready, in each language. This can be chosen:</p>
      <label>
        What stands on the button, if not WhatsApp’s own word
        <input
          dir="auto"
          maxLength={25}
          value={otp.text}
          placeholder="Copy code"
          onChange={({ target }) => reword({ buttons: [{ ...otp, text: target.value }] })}
        />
      </label>
      <label>
        Minutes that a code holds, if that is to be said
        <input
          type="number"
          min={1}
          max={90}
          value={words.expiresMinutes ?? ''}
          onChange={({ target: { value } }) => reword({ expiresMinutes: value === '' ? null : Number(value) })}
        />
      </label>
      <div className={style.checks}>
        <label>
          <input type="checkbox" checked={words.warns} onChange={({ target }) => reword({ warns: target.checked })} />
          Ask people not to share it
        </label>
      </div>
    </>
  )
}
