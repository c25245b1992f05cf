import type { Above, Shown } from '../../kernel/template-text.ts'
import { aboveWords } from './above-words.ts'
import style from './template-bubble.module.css'

interface Props {
  shown: Shown
  /** What stands above its words. */
  above?: Above | undefined
  label?: string
}

/** A template as the person reads it; what is not filled in yet stands out. */
export const TemplateBubble = ({ shown, above, label = 'Preview' }: Props) => (
  <figure className={style.bubble} aria-label={label}>
    {above && <span className={style.above}>{aboveWords[above]}</span>}
    {shown.header && (
      <b dir="auto">
        <Marked text={shown.header} />
      </b>
    )}
    <p dir="auto">
      <Marked text={shown.body} />
    </p>
    {shown.footer && <small dir="auto">{shown.footer}</small>}
    {shown.buttons && shown.buttons.length > 0 && (
      <ul aria-label="Buttons">
        {shown.buttons.map((text, index) => (
          <li key={index}>
            <bdi>{text}</bdi>
          </li>
        ))}
      </ul>
    )}
  </figure>
)

const Marked = ({ text }: { text: string }) =>
  text.split(/(\{\{[^{}]*\}\})/).map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part))
