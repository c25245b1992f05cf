import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useSession } from '../live/use-session.ts'
import { useInbox } from '../shell/use-title.ts'
import style from './list.module.css'
import { useViewCounts, useViews } from './use-tools.ts'
import { type Chosen, viewOf, views } from './views.ts'

const ViewEditor = lazy(() => import('./view-editor.tsx').then((part) => ({ default: part.ViewEditor })))

/** The views that everybody has, then those that somebody saved; what is not needed now comes with the press. */
export const Views = ({ chosen }: { chosen: Chosen }) => {
  const [isEditing, setEditing] = useState(false)
  return (
    <>
      <nav className={style.views} aria-label="Show">
        <BuiltIn chosen={chosen} />
        <Saved chosen={chosen} />
        <button type="button" aria-expanded={isEditing} onClick={() => setEditing(!isEditing)}>
          Views…
        </button>
      </nav>
      {isEditing && (
        <Suspense>
          <ViewEditor chosen={chosen} close={() => setEditing(false)} />
        </Suspense>
      )}
    </>
  )
}

const BuiltIn = ({ chosen: { view, team, saved } }: { chosen: Chosen }) => {
  const counts = useInbox().data?.counts
  return views.map((one) => {
    const count = team === undefined ? counts && viewOf[one].count(counts) : null
    return (
      <Link
        key={one}
        from="/inbox"
        to="."
        search={{ ...(one !== 'open' && { view: one }), ...(team !== undefined && { team }) }}
        aria-current={saved === undefined && view === one ? 'true' : undefined}
      >
        {viewOf[one].name}
        {count !== undefined && count !== null && <span className="figures">{count.toLocaleString('en')}</span>}
      </Link>
    )
  })
}

const Saved = ({ chosen: { saved } }: { chosen: Chosen }) => {
  const items = useViews().data?.items ?? []
  const counts = useViewCounts(items.length > 0).data?.items
  const me = useSession().user.id
  return items.map(({ id, name, isShared, createdBy }) => {
    const counted = counts?.find((one) => one.id === id)
    return (
      <Link
        key={id}
        from="/inbox"
        to="."
        search={{ saved: id }}
        aria-current={saved === id ? 'true' : undefined}
        title={isShared && createdBy !== me ? `${name}, shared` : name}
      >
        <bdi>{name}</bdi>
        {counted && (
          <span className="figures">
            {counted.count.toLocaleString('en')}
            {counted.isMore && '+'}
          </span>
        )}
      </Link>
    )
  })
}
