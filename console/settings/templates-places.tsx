import type { TemplateWords } from '../../kernel/template.ts'
import { slotsOf } from '../../kernel/template-text.ts'
import { variables } from '../../kernel/variables.ts'
import own from './templates.module.css'

type Place = TemplateWords['places'][number]

interface Props {
  words: TemplateWords
  change: (places: Place[]) => void
}

const fallbackOf: Readonly<Record<string, string>> = { 'person.firstName': '|there', 'person.name': '|there' }
const fills = variables.map((name) => `{{${name}${fallbackOf[name] ?? ''}}}`)

/** In the words of people. */
function says(slot: string): string {
  const [part, name = ''] = slot.split(':')
  if (part === 'header') return 'The place in the header'
  if (part === 'button') return `Button ${String(Number(name) + 1)}`
  return /^\d+$/.test(name) ? `Place ${name}` : `“${name.replaceAll('_', ' ')}”`
}

/** Of each place: the example that WhatsApp's reviewers see, and what stands there by itself when it is sent. */
export const TemplatePlaces = ({ words, change }: Props) => {
  const slots = slotsOf(words)
  const of = (slot: string): Place => words.places.find((one) => one.slot === slot) ?? { slot, sample: '', fill: '' }
  const set = (slot: string, said: Partial<Place>) =>
    change([...words.places.filter((one) => one.slot !== slot), { ...of(slot), ...said }])
  return slots.map((slot) => (
    <fieldset key={slot} className={own.set}>
      <legend>{says(slot)}</legend>
      <label>
        Example for WhatsApp
        <input
          dir="auto"
          maxLength={2_000}
          value={of(slot).sample}
          onChange={({ target }) => set(slot, { sample: target.value })}
        />
      </label>
      <label>
        Filled in by itself with
        <select value={of(slot).fill} onChange={({ target }) => set(slot, { fill: target.value })}>
          <option value="">Nothing: whoever sends it says it</option>
          {[...new Set([...fills, of(slot).fill])]
            .filter((fill) => fill !== '')
            .map((fill) => (
              <option key={fill} value={fill}>
                {fill}
              </option>
            ))}
        </select>
      </label>
    </fieldset>
  ))
}
