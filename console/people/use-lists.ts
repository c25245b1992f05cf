import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import type { PeopleAsked } from '../../client/lists.ts'
import { lists } from '../live/lists.ts'
import { pagesQuery, usePages } from '../live/use-page.ts'

// The names of what is kept stand in the keys: a signal that one of them changed has these read anew.
const fieldsQuery = queryOptions({ queryKey: ['people', 'fields'], queryFn: () => lists.fields(), staleTime: 60_000 })
const segmentsQuery = queryOptions({ queryKey: ['segments', 'all'], queryFn: () => lists.segments(), staleTime: 0 })
const countsQuery = queryOptions({
  queryKey: ['segments', 'counts'],
  queryFn: () => lists.segmentCounts(),
  staleTime: 0,
})
const importsQuery = queryOptions({ queryKey: ['imports', 'all'], queryFn: () => lists.imports(), staleTime: 0 })
const exportsQuery = queryOptions({ queryKey: ['exports', 'all'], queryFn: () => lists.exports(), staleTime: 0 })

export const useFields = () => useQuery(fieldsQuery)
export const useSegments = () => useQuery(segmentsQuery)
export const useCounts = () => useQuery(countsQuery)
export const useImports = () => useQuery(importsQuery)
export const useExports = (isAsked: boolean) => useQuery({ ...exportsQuery, enabled: isAsked })

export const usePeople = (asked: PeopleAsked) =>
  usePages(pagesQuery(['people', asked], (cursor) => lists.people({ ...asked, cursor, limit: 50 })))

export const useBirthdays = (days: number) =>
  useQuery({ queryKey: ['people', 'birthdays', days], queryFn: () => lists.birthdays(days), staleTime: 60_000 })

export const useSearch = (q: string) =>
  usePages(
    pagesQuery(['search', q], (cursor) => lists.search(q, { limit: 30, ...(cursor !== undefined && { cursor }) })),
    q === '',
  )

/** What is named so is read anew. */
export function useRenewed(...names: ('people' | 'segments' | 'imports' | 'exports')[]) {
  const cache = useQueryClient()
  return () => cache.invalidateQueries({ predicate: ({ queryKey }) => names.some((name) => queryKey.includes(name)) })
}
