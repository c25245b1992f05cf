import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { MessageTemplate } from '../../client/templates.ts'
import { aboveOf, shownOf } from '../../kernel/template-text.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { templates } from '../live/templates.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { TemplateBubble } from '../parts/template-bubble.tsx'
import { useTitle } from '../shell/use-title.ts'
import { codePreview } from './templates-code.tsx'
import { emptyTemplate, TemplateForm } from './templates-form.tsx'
import style from './settings.module.css'
import own from './templates.module.css'
import { useChannels } from './use-channels.ts'

const name = 'message-templates'
const listQuery = queryOptions({
  queryKey: ['settings', name],
  queryFn: () => templates.list({ limit: 100 }),
  staleTime: 0,
})

function useRenewed() {
  const cache = useQueryClient()
  return () => cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes(name) })
}

/** What WhatsApp must approve before it goes to somebody who has not written for a day. */
export const TemplatesPage = () => {
  const { data, error, refetch } = useQuery(listQuery)
  const lines = (useChannels().data?.items ?? []).filter(({ provider }) => provider === 'whatsapp')
  useTitle('Templates')
  return (
    <div className={page.page}>
      <h1>Templates</h1>
      <p>
        WhatsApp takes free text for 24 hours after somebody’s last message. After that only a template goes, which
        WhatsApp has approved before. Handing one in takes a moment, at times a day.
      </p>
      <Sync />
      {error && !data && <Trouble error={error} what="The templates cannot be read." again={() => void refetch()} />}
      {data?.items.length === 0 && <p className={page.none}>No templates yet. One is begun below.</p>}
      {data && data.items.length > 0 && (
        <ul className={style.rows} aria-label="Templates">
          {data.items.map((template) => (
            <One key={template.id} template={template} />
          ))}
        </ul>
      )}
      {lines.length > 0 ? (
        <Make channels={lines} />
      ) : (
        <p className={page.none}>Templates belong to a WhatsApp channel. Connect one under Channels.</p>
      )}
    </div>
  )
}

const Sync = () => {
  const [says, setSays] = useState('')
  const renewed = useRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const sync = () =>
    doing.do(async () => {
      setSays('')
      const { made, changed, gone } = await templates.sync()
      const news = [made > 0 && `${String(made)} new`, changed > 0 && `${String(changed)} changed`]
      const all = [...news, gone > 0 && `${String(gone)} gone`].filter((one) => one !== false)
      setSays(all.length === 0 ? 'Nothing has changed at WhatsApp.' : `Read from WhatsApp: ${all.join(', ')}.`)
      await renewed()
    })
  return (
    <>
      <p className={style.line}>
        <Button disabled={isBusy} onClick={() => void sync()}>
          Read from WhatsApp
        </Button>
        <span role="status">{says}</span>
      </p>
      {failed && <Trouble error={failed} what="WhatsApp was not read." again={() => void sync()} />}
    </>
  )
}

const words: Record<MessageTemplate['status'], string> = {
  draft: 'Draft',
  submitted: 'WhatsApp is looking at it',
  approved: 'Approved',
  rejected: 'Rejected',
  paused: 'Paused by WhatsApp',
  disabled: 'Switched off by WhatsApp',
  archived: 'Replaced by a later version',
}
const tones: Partial<Record<MessageTemplate['status'], string>> = {
  approved: 'good',
  rejected: 'urgent',
  paused: 'attention',
  disabled: 'urgent',
}
const qualities: Record<string, string> = { GREEN: 'well liked', YELLOW: 'liked less', RED: 'disliked' }

const isOpenTo = {
  change: ['draft', 'rejected', 'approved', 'paused'],
  submit: ['draft', 'rejected'],
}

const One = ({ template }: { template: MessageTemplate }) => {
  const [isOpen, setOpen] = useState(false)
  const renewed = useRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const { id, status, version } = template
  const called = `${template.name}, ${template.language}`
  const which = version > 1 ? `${called}, version ${String(version)}` : called
  const mayChange = isOpenTo.change.includes(status) && !template.isForeign
  return (
    <li data-quiet={status === 'archived' || undefined}>
      <About template={template} />
      <span className={style.line}>
        {isOpenTo.submit.includes(status) && (
          <Button
            tone="main"
            aria-label={`Hand in ${which}`}
            disabled={isBusy}
            onClick={() => void doing.do(() => templates.submit(id).finally(renewed))}
          >
            Hand in
          </Button>
        )}
        {mayChange && (
          <Button tone="quiet" aria-label={`Change ${which}`} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Close' : 'Change'}
          </Button>
        )}
        <Delete template={template} which={which} failed={failed} isBusy={isBusy} do={doing.do} />
      </span>
      {failed && <Trouble error={failed} what="It stays as it was." />}
      {isOpen && (
        <TemplateForm
          draft={template}
          isKnown
          says={status === 'approved' || status === 'paused' ? 'Save as a later version' : 'Save'}
          submit={async ({ category, words: said }) => {
            await templates.change(template, { category, words: said }).finally(renewed)
            setOpen(false)
          }}
        />
      )}
    </li>
  )
}

interface DeleteProps extends ReturnType<typeof useDoing> {
  template: MessageTemplate
  which: string
}

/** What WhatsApp has is asked about: for thirty days nobody can make one of that name there. */
const Delete = ({ template, which, isBusy, ...doing }: DeleteProps) => {
  const [isAsked, ask] = useState(false)
  const renewed = useRenewed()
  const isKept = template.providerId !== null && template.status !== 'draft' && template.status !== 'archived'
  const remove = () => void doing.do(() => templates.remove(template).finally(renewed))
  if (!isAsked)
    return (
      <Button
        tone="quiet"
        aria-label={`Delete ${which}`}
        disabled={isBusy}
        onClick={() => (isKept ? ask(true) : remove())}
      >
        Delete
      </Button>
    )
  return (
    <>
      <span>Also at WhatsApp, where its name rests for 30 days?</span>
      <Button tone="urgent" aria-label={`Delete ${which} at WhatsApp`} disabled={isBusy} onClick={remove}>
        Delete it
      </Button>
      <Button tone="quiet" onClick={() => ask(false)}>
        Keep it
      </Button>
    </>
  )
}

const About = ({ template }: { template: MessageTemplate }) => {
  const { language, category, version, status, rejectReason, advice, quality, isForeign } = template
  const isUnsaid = category === 'authentication' && template.words.body === ''
  return (
    <span>
      <b>
        <bdi>{template.name}</bdi>
      </b>
      <em data-tone={tones[status]} className={own.state}>
        {words[status]}
      </em>
      <small>
        {language.replace('_', '-')}, {category}
        {version > 1 && `, version ${String(version)}`}
        {status === 'approved' && quality && qualities[quality] && `, ${qualities[quality]}`}
      </small>
      {rejectReason && <p className={own.reason}>WhatsApp says: {rejectReason}</p>}
      {advice && <p className={own.reason}>{advice}</p>}
      {isForeign && <p className={own.reason}>It has parts that are unknown here: it is changed at Meta.</p>}
      <TemplateBubble
        shown={isUnsaid ? codePreview(template.words) : shownOf(template.words, {})}
        above={aboveOf(template.words)}
        label={`How ${template.name} reads`}
      />
    </span>
  )
}

const Make = ({ channels }: { channels: readonly { id: string; name: string }[] }) => {
  const [made, setMade] = useState(0)
  const renewed = useRenewed()
  const [first] = channels
  return (
    <section aria-labelledby="new-template">
      <h2 id="new-template">A new template</h2>
      <TemplateForm
        key={made}
        draft={{ ...emptyTemplate, channelId: first?.id ?? '' }}
        channels={channels}
        says="Save as a draft"
        submit={async (draft) => {
          await templates.make(draft)
          setMade(made + 1)
          await renewed()
        }}
      />
    </section>
  )
}
