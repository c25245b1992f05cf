import { queryOptions, useQuery } from '@tanstack/react-query'
import { useId, useRef, useState, type FormEvent } from 'react'
import type { FittingTemplate } from '../../client/templates.ts'
import { aboveOf, type Brings, fileFormatOf, messageOf, shownOf } from '../../kernel/template-text.ts'
import { careline } from '../live/careline.ts'
import { templates } from '../live/templates.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import type { Brought } from '../parts/brought-file.tsx'
import { Button } from '../parts/button.tsx'
import { TemplateBubble } from '../parts/template-bubble.tsx'
import { useKeys } from '../shell/keys.ts'
import { TemplateAbove } from './template-above.tsx'
import style from './template-picker.module.css'
import { Trouble } from './trouble.tsx'

const fittingQuery = (conversationId: string, channelId: string) =>
  queryOptions({
    // The last word is the server's name of what is kept: whoever changes one has this read again.
    queryKey: ['fitting', conversationId, channelId, 'message-templates'],
    queryFn: () => templates.fitting(conversationId, channelId),
    staleTime: 60_000,
  })

interface Props {
  conversationId: string
  channelId: string
}

/** What can be said where WhatsApp takes no free text: the templates that it has approved, the most fitting first. */
export const TemplatePicker = (props: Props) => (mayIn(useSession(), 'templates.read') ? <Picker {...props} /> : null)

const Picker = ({ conversationId, channelId }: Props) => {
  const { data, error, refetch } = useQuery(fittingQuery(conversationId, channelId))
  const [chosen, choose] = useState<string | null>(null)
  const select = useRef<HTMLSelectElement>(null)
  const selectId = useId()
  useKeys({ answer: () => select.current?.focus() })
  if (error && !data) return <Trouble error={error} what="No templates can be offered." again={() => void refetch()} />
  if (!data) return null
  const template = data.items.find(({ id }) => id === chosen) ?? data.items[0]
  if (!template)
    return <p className={style.none}>There is no approved template that could go instead. They are made in Settings.</p>
  return (
    <div className={style.picker}>
      <label htmlFor={selectId}>A template can go instead</label>
      <select id={selectId} ref={select} value={template.id} onChange={({ target }) => choose(target.value)}>
        {data.items.map(({ id, name, language }) => (
          <option key={id} value={id}>
            {name.replaceAll('_', ' ')} ({language.replace('_', '-')})
          </option>
        ))}
      </select>
      <Filled
        // What was typed belongs to one template and one person.
        key={`${conversationId}/${template.id}`}
        template={template}
        send={(values, brings) => {
          const content = messageOf(template, values, brings)
          void careline().command('message.send', { conversationId, content, channelId })
        }}
      />
    </div>
  )
}

/** In the words of people: `body:1` is the first place. */
function says(slot: string, { words }: FittingTemplate): string {
  const [part = '', name = ''] = slot.split(':')
  const sample = words.places.find((place) => place.slot === slot)?.sample ?? ''
  const what = {
    header: 'In the header',
    button: 'For the button',
    body: /^\d+$/.test(name) ? `Place ${name}` : name.replaceAll('_', ' '),
  }[part as 'header' | 'button' | 'body']
  return sample === '' ? what : `${what}, like “${sample}”`
}

/** The file that its reviewers saw goes as well, unless another is chosen. */
const ownFile = ({ words: { header } }: FittingTemplate): Brought | undefined =>
  header && 'handle' in header ? header.file : undefined

/** What goes above its words where nobody chooses; undefined where somebody has to. */
function broughtAtFirst(template: FittingTemplate): Brings | undefined {
  const [format, file] = [fileFormatOf(template.words), ownFile(template)]
  if (format && file) return { file: { kind: format, ...file } }
  return aboveOf(template.words) === undefined ? {} : undefined
}

interface FilledProps {
  template: FittingTemplate
  send: (values: Record<string, string>, brings: Brings) => void
}

const Filled = ({ template, send }: FilledProps) => {
  const known = Object.fromEntries(template.places.map(({ slot, value }) => [slot, value]))
  const [values, setValues] = useState<Record<string, string>>(known)
  const said = Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''))
  const above = aboveOf(template.words)
  const [brings, setBrings] = useState(broughtAtFirst(template))
  const [sent, setSent] = useState(0)
  const isFilled = template.places.every(({ slot }) => said[slot] !== undefined)
  const isWhole = isFilled && brings !== undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isWhole) return
    send(said, brings)
    setValues(known)
    setBrings(broughtAtFirst(template))
    setSent(sent + 1)
  }
  return (
    <form className={style.form} onSubmit={submit}>
      {template.places.map(({ slot }) => (
        <label key={slot}>
          {says(slot, template)}
          <input
            required
            dir="auto"
            maxLength={slot.startsWith('header:') ? 60 : 1_024}
            value={values[slot] ?? ''}
            onChange={({ target }) => setValues({ ...values, [slot]: target.value })}
          />
        </label>
      ))}
      {above && <TemplateAbove key={sent} above={above} own={ownFile(template)} change={setBrings} />}
      <TemplateBubble shown={shownOf(template.words, said)} above={above} label="What they will read" />
      <Button tone="main" type="submit" disabled={!isWhole}>
        Send the template
      </Button>
    </form>
  )
}
