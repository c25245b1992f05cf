import type { TemplateButton } from '../../kernel/template.ts'
import { Button } from '../parts/button.tsx'
import own from './templates.module.css'

interface Props {
  buttons: readonly TemplateButton[]
  change: (buttons: TemplateButton[]) => void
}

const kinds = {
  quick_reply: { says: 'A quick answer', empty: { type: 'quick_reply', text: '' } },
  url: { says: 'Opens a page', empty: { type: 'url', text: '', url: 'https://' } },
  phone: { says: 'Calls a number', empty: { type: 'phone', text: '', phone: '+' } },
  product: { says: 'Shows the product above', empty: { type: 'product', text: 'View' } },
  copy_code: { says: 'Copies a coupon', empty: { type: 'copy_code' } },
} as const satisfies Record<string, { says: string; empty: TemplateButton }>
type Kind = keyof typeof kinds
const isKind = (type: string): type is Kind => Object.hasOwn(kinds, type)

/** What can be tapped below the words: at most ten. */
export const TemplateButtons = ({ buttons, change }: Props) => (
  <>
    {buttons.map((button, index) => (
      <One
        // Their places are what they are.
        key={index}
        nth={index + 1}
        button={button}
        change={(one) => change(buttons.map((each, nth) => (nth === index ? one : each)))}
        remove={() => change(buttons.filter((_, nth) => nth !== index))}
      />
    ))}
    {buttons.length < 10 && (
      <Button tone="quiet" onClick={() => change([...buttons, kinds.quick_reply.empty])}>
        Add a button
      </Button>
    )}
  </>
)

interface OneProps {
  nth: number
  button: TemplateButton
  change: (button: TemplateButton) => void
  remove: () => void
}

const One = ({ nth, button, change, remove }: OneProps) => {
  const text = 'text' in button ? button.text : ''
  const become = (type: string) => {
    if (isKind(type)) change('text' in kinds[type].empty ? { ...kinds[type].empty, text } : kinds[type].empty)
  }
  return (
    <fieldset className={own.set}>
      <legend>Button {nth}</legend>
      <label>
        What it does
        <select value={button.type} onChange={({ target }) => become(target.value)}>
          {Object.entries(kinds).map(([type, { says }]) => (
            <option key={type} value={type}>
              {says}
            </option>
          ))}
          {!isKind(button.type) && <option value={button.type}>{button.type}</option>}
        </select>
      </label>
      {'text' in button && (
        <label>
          What stands on it
          <input
            required
            dir="auto"
            maxLength={25}
            value={button.text}
            onChange={({ target }) => change({ ...button, text: target.value })}
          />
        </label>
      )}
      <More button={button} change={change} />
      <Button tone="quiet" aria-label={`Without button ${String(nth)}`} onClick={remove}>
        Without it
      </Button>
    </fieldset>
  )
}

/** What only some of them have. */
const More = ({ button, change }: Pick<OneProps, 'button' | 'change'>) => (
  <>
    {button.type === 'url' && (
      <label>
        Address
        <input
          required
          inputMode="url"
          maxLength={2_000}
          value={button.url}
          onChange={({ target }) => change({ ...button, url: target.value })}
        />
        <span className={own.hint}>
          <code>{'{{1}}'}</code> at its very end is filled in for each person.
        </span>
      </label>
    )}
    {button.type === 'phone' && (
      <label>
        Number
        <input
          required
          inputMode="tel"
          maxLength={20}
          value={button.phone}
          onChange={({ target }) => change({ ...button, phone: target.value })}
        />
      </label>
    )}
  </>
)
