import { useQuery } from '@tanstack/react-query'
import type { ChangeEvent } from 'react'
import type { Business } from '../../client/business.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { api } from '../live/careline.ts'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { Form } from './form.tsx'
import style from './settings.module.css'
import { useBusiness, useBusinessRenewed } from './use-business.ts'
import { useDraft } from './use-draft.ts'

/** How the business looks in letters and on pages that people see. */
export const BrandingPage = () => {
  const { data, error, refetch } = useBusiness()
  useTitle('Branding')
  return (
    <div className={page.page}>
      <header>
        <h1>Branding</h1>
        <p className={page.none}>Seen in letters, on invitations and on public pages.</p>
      </header>
      {error && !data && <Trouble error={error} what="This cannot be read." again={() => void refetch()} />}
      {data && (
        <div className={style.parts}>
          <Looks business={data} />
          <Logo business={data} />
        </div>
      )}
    </div>
  )
}

const ours = '#126461'

const Looks = ({ business }: { business: Business }) => {
  const { colour, fromName } = business.branding
  const [draft, setDraft] = useDraft({ fromName, colour: colour || ours })
  const renewed = useBusinessRenewed()
  const save = () => {
    const branding = { fromName: draft.fromName.trim(), colour: draft.colour === ours ? '' : draft.colour }
    return businesses.change({ branding }, business.rev).then(renewed)
  }
  return (
    <section aria-labelledby="looks">
      <h2 id="looks">Name and colour</h2>
      <Form says="Save" submit={save} what="Nothing has changed.">
        <Field
          says="In whose name letters come"
          dir="auto"
          maxLength={120}
          placeholder={business.name}
          value={draft.fromName}
          change={(fromName) => setDraft({ ...draft, fromName })}
        />
        <Field
          says="Colour of buttons"
          type="color"
          className={style.colour}
          value={draft.colour}
          change={(chosen) => setDraft({ ...draft, colour: chosen })}
        />
      </Form>
    </section>
  )
}

const Logo = ({ business }: { business: Business }) => {
  const { slug, name, branding, rev } = business
  const { data } = useQuery({
    queryKey: ['business', 'brand', rev],
    queryFn: () => businesses.brand(slug),
    staleTime: 0,
  })
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  // Nothing else is touched by it, so it rests on no revision that somebody may just have moved on.
  const keep = (logoFileId: string | null) => businesses.change({ branding: { logoFileId } }).then(renewed)
  const bring = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? []
    if (!file) return
    void doing.do(async () => {
      const brought = await api.files.upload(file, { mime: file.type, name: file.name, purpose: 'branding' })
      await keep(brought.fileId)
    })
  }
  return (
    <section aria-labelledby="logo">
      <h2 id="logo">Logo</h2>
      {data?.logoUrl && <img className={style.logo} src={data.logoUrl} alt={`The logo of ${name}`} />}
      <div className={style.form}>
        <label>
          A picture: PNG, JPEG or WebP
          <input type="file" accept="image/png,image/jpeg,image/webp" disabled={isBusy} onChange={bring} />
        </label>
        {failed && <Trouble error={failed} what="The logo stays as it was." />}
        {branding.logoFileId !== null && (
          <Button disabled={isBusy} onClick={() => void doing.do(() => keep(null))}>
            Take it away
          </Button>
        )}
      </div>
    </section>
  )
}
