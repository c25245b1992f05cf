import { useState, type FormEvent } from 'react'
import { useDoing } from '../live/use-doing.ts'
import { close, type SlackForm, type SlackInput, submit } from './slack-api.ts'
import { shown } from './slack-shown.tsx'
import style from './slack.module.css'

interface Props {
  teamId: string
  form: SlackForm
  /** What stands there is to be read again. */
  changed(): Promise<unknown>
}

/** A form of the app, as whoever pressed its button sees it. */
export const Form = ({ teamId, form: { id, view }, changed }: Props) => {
  const [filled, fill] = useState<Record<string, string[]>>(() => initially(view.blocks))
  const [errors, setErrors] = useState<Record<string, string>>({})
  const { failed, isBusy, ...doing } = useDoing()
  const send = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      setErrors((await submit(teamId, id, filled))?.errors ?? {})
      await changed()
    })
  }
  const leave = () => void doing.do(() => close(teamId, id).then(changed))
  return (
    <form className={style.form} aria-label={view.title.text} onSubmit={send}>
      <h2>{view.title.text}</h2>
      {view.blocks.map((block) => {
        if (block.type === 'section') return <p key={block.block_id}>{shown(block.text.text)}</p>
        if (block.type === 'context')
          return (
            <p key={block.block_id} className={style.quiet}>
              {block.elements.map(({ text }) => shown(text))}
            </p>
          )
        const change = (value: string[]) => fill((before) => ({ ...before, [block.block_id]: value }))
        return (
          <Field
            key={block.block_id}
            block={block}
            value={filled[block.block_id] ?? []}
            change={change}
            error={errors[block.block_id]}
          />
        )
      })}
      {failed && <p role="alert">Nothing was sent: {failed.message}</p>}
      <div className={style.buttons}>
        {view.submit && (
          <button type="submit" data-tone="primary" disabled={isBusy}>
            {view.submit.text}
          </button>
        )}
        <button type="button" disabled={isBusy} onClick={leave}>
          {view.close?.text ?? 'Close'}
        </button>
      </div>
    </form>
  )
}

const initially = (blocks: SlackForm['view']['blocks']) =>
  Object.fromEntries(
    blocks.flatMap((block) =>
      block.type === 'input' && block.element.initial_value ? [[block.block_id, [block.element.initial_value]]] : [],
    ),
  )

interface FieldProps {
  block: SlackInput
  value: string[]
  change: (value: string[]) => void
  error: string | undefined
}

const Field = ({ block, value, change, error }: FieldProps) => {
  const { label, hint, element, optional: isOptional = false } = block
  return (
    <label>
      {label.text}
      {isOptional && <small> (optional)</small>}
      {element.type === 'plain_text_input' ? (
        <textarea
          rows={3}
          required={!isOptional}
          maxLength={element.max_length}
          value={value[0] ?? ''}
          onChange={({ target }) => change([target.value])}
        />
      ) : (
        <Choice block={block} value={value} change={change} />
      )}
      {hint && <small>{hint.text}</small>}
      {error !== undefined && <span role="alert">{error}</span>}
    </label>
  )
}

const Choice = ({ block: { element, optional: isOptional = false }, value, change }: Omit<FieldProps, 'error'>) => {
  const isMany = element.type === 'multi_static_select'
  const options = element.options ?? element.option_groups?.flatMap((group) => group.options) ?? []
  return (
    <select
      required={!isOptional}
      multiple={isMany}
      value={isMany ? value : (value[0] ?? '')}
      onChange={({ target }) => change([...target.selectedOptions].map((option) => option.value))}
    >
      {!isMany && <option value="">Choose</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.text.text}
        </option>
      ))}
    </select>
  )
}
