import { queryOptions, useQuery } from '@tanstack/react-query'
import { type ComponentProps, type ReactNode, useState } from 'react'
import { usePlainTitle } from '../shell/use-title.ts'
import { KeyGate } from './key-gate.tsx'
import { Places } from './places.tsx'
import { PhoneError, phoneKey } from './phone-api.ts'
import page from './phone.module.css'

/** What a simulator keeps is asked for again and again: nothing tells of it. */
export const keptQuery = <Data,>(name: string, load: () => Promise<Data>) =>
  queryOptions({ queryKey: [name], queryFn: load, refetchInterval: 2_000, staleTime: 0, retry: false })

interface Props<Data> {
  title: string
  gate?: ComponentProps<typeof KeyGate>['of']
  query: ReturnType<typeof keptQuery<Data>>
  /** Under the title. */
  says: ReactNode
  children: (data: Data | undefined) => ReactNode
}

/** A page of what a simulator keeps, for whoever has the key of the phones. */
export function KeptPage<Data>({ gate = 'Phones', ...rest }: Props<Data>) {
  usePlainTitle(rest.title)
  const [hasKey, setKey] = useState(() => phoneKey() !== null)
  if (!hasKey) return <KeyGate of={gate} enter={() => setKey(true)} />
  return <Opened gate={gate} {...rest} forget={() => setKey(false)} />
}

function Opened<Data>({ title, gate = 'Phones', query, says, children, forget }: Props<Data> & { forget(): void }) {
  const { data, error, refetch } = useQuery(query)
  if (error instanceof PhoneError && error.status === 401)
    return <KeyGate of={gate} isRefused enter={() => void refetch()} />
  return (
    <div className={page.page}>
      <header className={page.head}>
        <Places />
        <div>
          <h1>{title}</h1>
          <p>{says}</p>
        </div>
        {error && (
          <p role="alert">
            {error.message}{' '}
            <button type="button" className={page.again} onClick={forget}>
              Another key
            </button>
          </p>
        )}
      </header>
      {children(data)}
    </div>
  )
}
