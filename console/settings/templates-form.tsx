import { useState, type FormEvent } from 'react'
import type { TemplateDraft } from '../../client/templates.ts'
import type { TemplateCategory, TemplateWords } from '../../kernel/template.ts'
import { flawsOf, templateLanguages } from '../../kernel/template-rules.ts'
import { bodyMax } from '../../kernel/template-kinds.ts'
import { aboveOf, shownOf, slotsOf } from '../../kernel/template-text.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import { TemplateBubble } from '../parts/template-bubble.tsx'
import style from './settings.module.css'
import { TemplateButtons } from './templates-buttons.tsx'
import { CodeFields, codePreview, codeWords, wordsFor } from './templates-code.tsx'
import { TemplateHeader } from './templates-header.tsx'
import { TemplatePlaces } from './templates-places.tsx'
import own from './templates.module.css'

const words: TemplateWords = {
  header: null,
  body: '',
  footer: '',
  buttons: [],
  warns: false,
  expiresMinutes: null,
  ttlSeconds: null,
  places: [],
}
export const emptyTemplate: TemplateDraft = { channelId: '', name: '', language: 'en', category: 'utility', words }

interface Props {
  draft: TemplateDraft
  /** Its name and language are the provider's by now, and stay. */
  isKnown?: boolean
  channels?: readonly { id: string; name: string }[]
  says: string
  submit: (draft: TemplateDraft) => Promise<unknown>
}

/** A template that is written, beside what people will read. */
export const TemplateForm = ({ draft: begun, isKnown = false, channels = [], says, submit }: Props) => {
  const { channelId, name, language, category } = begun
  const [draft, setDraft] = useState<TemplateDraft>({
    ...{ channelId, name, language, category },
    words: category === 'authentication' ? codeWords(begun.words) : begun.words,
  })
  const isCode = draft.category === 'authentication'
  const { failed, isBusy, ...doing } = useDoing()
  const change = (said: Partial<TemplateDraft>) => setDraft({ ...draft, ...said })
  const reword = (said: Partial<TemplateWords>) => change({ words: { ...draft.words, ...said } })
  const samples = Object.fromEntries(
    draft.words.places.flatMap(({ slot, sample }) => (sample === '' ? [] : [[slot, sample]])),
  )
  const send = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(() => submit({ ...draft, words: tidied(draft.words) }))
  }
  return (
    <form className={style.form} data-wide onSubmit={send}>
      <div className={own.editor}>
        <div className={own.fields}>
          {!isKnown && <Naming draft={draft} channels={channels} change={change} />}
          <Category draft={draft} change={change} />
          {isCode ? (
            <CodeFields words={draft.words} reword={reword} />
          ) : (
            <>
              <Says words={draft.words} reword={reword} />
              <TemplateButtons buttons={draft.words.buttons} change={(buttons) => reword({ buttons })} />
              <TemplatePlaces words={draft.words} change={(places) => reword({ places })} />
            </>
          )}
        </div>
        <div className={own.preview}>
          <TemplateBubble
            shown={isCode ? codePreview(draft.words) : shownOf(draft.words, samples)}
            above={aboveOf(draft.words)}
          />
          <Flaws draft={draft} />
        </div>
      </div>
      {failed && <Trouble error={failed} what="Nothing was saved." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        {says}
      </Button>
    </form>
  )
}

/** Of a place that is gone nothing is kept. */
function tidied(said: TemplateWords): TemplateWords {
  const slots = slotsOf(said)
  return { ...said, places: said.places.filter(({ slot }) => slots.includes(slot)) }
}

/** What WhatsApp would refuse; while nothing is written, nothing is wrong. */
const Flaws = ({ draft }: { draft: TemplateDraft }) => {
  const isEmpty = draft.words.body === '' && draft.category !== 'authentication'
  const flaws = isEmpty || draft.name === '' ? [] : flawsOf({ ...draft, words: tidied(draft.words) })
  return (
    flaws.length > 0 && (
      <ul aria-label="What WhatsApp would refuse">
        {flaws.map(({ path, message }) => (
          <li key={`${path} ${message}`} className={own.flaw}>
            {message}
          </li>
        ))}
      </ul>
    )
  )
}

interface Changed {
  draft: TemplateDraft
  change: (said: Partial<TemplateDraft>) => void
}

const Naming = ({ draft, channels, change }: Changed & { channels: readonly { id: string; name: string }[] }) => (
  <>
    {channels.length > 1 && (
      <label>
        Channel
        <select value={draft.channelId} onChange={({ target }) => change({ channelId: target.value })}>
          {channels.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
    )}
    <label>
      Name
      <input
        required
        maxLength={512}
        value={draft.name}
        placeholder="visit_reminder"
        onChange={({ target }) =>
          change({
            name: target.value
              .toLowerCase()
              .replaceAll(/[\s-]+/g, '_')
              .replaceAll(/[^a-z0-9_]/g, ''),
          })
        }
      />
    </label>
    <label>
      Language
      <select value={draft.language} onChange={({ target }) => change({ language: target.value })}>
        {templateLanguages.map((code) => (
          <option key={code} value={code}>
            {code.replace('_', '-')}
          </option>
        ))}
      </select>
    </label>
  </>
)

const categoryWords: Record<TemplateCategory, string> = {
  utility: 'Utility: about something that was agreed on',
  marketing: 'Marketing: everything else, to people who consented',
  authentication: 'Authentication: one-time codes to sign in',
}
const isCategory = (value: string): value is TemplateCategory => Object.hasOwn(categoryWords, value)

const Category = ({ draft, change }: Changed) => (
  <label>
    What it is for
    <select
      value={draft.category}
      onChange={({ target: { value } }) => {
        if (isCategory(value)) change({ category: value, words: wordsFor(value, draft.words) })
      }}
    >
      {Object.entries(categoryWords).map(([category, says]) => (
        <option key={category} value={category}>
          {says}
        </option>
      ))}
    </select>
  </label>
)

interface SaysProps {
  words: TemplateWords
  reword: (said: Partial<TemplateWords>) => void
}

const Says = ({ words: said, reword }: SaysProps) => (
  <>
    <TemplateHeader header={said.header} change={(header) => reword({ header })} />
    <label>
      Text
      <textarea
        required
        dir="auto"
        rows={6}
        maxLength={bodyMax}
        value={said.body}
        onChange={({ target }) => reword({ body: target.value })}
      />
      <span className={own.hint}>
        A place that is filled in for each person: <code>{'{{1}}'}</code>, <code>{'{{2}}'}</code>, or by name,{' '}
        <code>{'{{first_name}}'}</code>.
      </span>
    </label>
    <label>
      Footer, if there is to be one
      <input
        dir="auto"
        maxLength={60}
        value={said.footer}
        onChange={({ target }) => reword({ footer: target.value })}
      />
    </label>
  </>
)
