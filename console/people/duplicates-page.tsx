import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Duplicate } from '../../client/records.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { records } from '../live/records.ts'
import { useDoing } from '../live/use-doing.ts'
import { pagesQuery, usePages } from '../live/use-page.ts'
import { mayIn, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import style from './person.module.css'

const reasons: Record<Duplicate['reasons'][number], string> = {
  same_number: 'the same number',
  similar_number: 'a number that is written in two ways',
  same_email: 'the same e-mail address',
  name_and_birthday: 'the same name and birthday',
}
const duplicatesQuery = pagesQuery(['duplicates'], (cursor) => records.duplicates({ ...(cursor && { cursor }) }))

/** Those who may be one: somebody looks, and decides. */
export const DuplicatesPage = () => {
  const found = usePages(duplicatesQuery)
  const client = useQueryClient()
  const mayMerge = mayIn(useSession(), 'people.merge')
  const { failed, isBusy, ...doing } = useDoing()
  useTitle('Duplicates')
  const items = found.pages?.flatMap((one) => one.items) ?? []
  const renew = () => client.invalidateQueries({ queryKey: ['pages', 'duplicates'] })
  const find = async () => {
    if (await doing.do(() => records.findDuplicates())) await renew()
  }
  return (
    <div className={page.page}>
      <h1>Duplicates</h1>
      <p className={page.none}>
        Two records that share a number, an address, or name and birthday. Nobody is merged unless you do it.
      </p>
      {mayMerge && (
        <div className={style.line}>
          <Button disabled={isBusy} onClick={() => void find()}>
            {isBusy ? 'Looking …' : 'Look through everybody'}
          </Button>
        </div>
      )}
      {(failed ?? found.error) && (
        <Trouble error={(failed ?? found.error) as Error} what="The suggestions cannot be read." again={found.again} />
      )}
      {found.pages && items.length === 0 && <p className={page.none}>No two look like one.</p>}
      {items.length > 0 && (
        <ul className={style.list} aria-label="Duplicates">
          {items.map((one) => (
            <Suggestion key={one.id} one={one} mayMerge={mayMerge} renew={renew} />
          ))}
        </ul>
      )}
      {found.hasNextPage && (
        <button type="button" className={page.more} onClick={found.more}>
          Show more
        </button>
      )}
    </div>
  )
}

const Suggestion = ({ one, mayMerge, renew }: { one: Duplicate; mayMerge: boolean; renew(): Promise<void> }) => {
  const [first, second] = one.userIds
  const { failed, isBusy, ...doing } = useDoing()
  const dismiss = async () => {
    if (await doing.do(() => records.dismissDuplicate(one.id))) await renew()
  }
  return (
    <li>
      <span>
        <Name userId={first} /> and <Name userId={second} />
        <small>
          They have {one.reasons.map((reason) => reasons[reason]).join(', ')} · {String(one.score)} %
        </small>
      </span>
      {mayMerge && (
        <>
          <Link to="/person/$userId" params={{ userId: first }} search={{ tab: 'merges', merge: second }}>
            Compare
          </Link>
          <Button tone="quiet" disabled={isBusy} onClick={() => void dismiss()}>
            They are two
          </Button>
        </>
      )}
      {failed && <Trouble error={failed} what="This is still a question." />}
    </li>
  )
}

const Name = ({ userId }: { userId: string }) => {
  const { data } = useQuery({ queryKey: ['person', userId], queryFn: () => records.get(userId) })
  return (
    <Link to="/person/$userId" params={{ userId }}>
      <bdi>{data ? data.name || 'Without a name' : '…'}</bdi>
    </Link>
  )
}
