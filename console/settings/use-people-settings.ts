import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { peopleSettings } from '../live/people-settings.ts'
import { pagesQuery, usePages } from '../live/use-page.ts'

// The server's names of what is kept stand in the keys: a signal that one of them changed has these read anew.
const fieldsQuery = queryOptions({
  queryKey: ['custom-fields', 'all'],
  queryFn: () => peopleSettings.fields(),
  staleTime: 0,
})
const statusesQuery = queryOptions({
  queryKey: ['user-status-options', 'all'],
  queryFn: () => peopleSettings.statuses(),
  staleTime: 60_000,
})

const formsQuery = queryOptions({
  queryKey: ['lead-forms', 'all'],
  queryFn: () => peopleSettings.forms(),
  staleTime: 0,
})

export const useLeadForms = () => useQuery(formsQuery)
export const useOwnFields = () => useQuery(fieldsQuery)
export const useStatuses = () => useQuery(statusesQuery)
export const useTags = (q: string) =>
  usePages(pagesQuery(['tags', q], (cursor) => peopleSettings.tags({ cursor, q: q === '' ? undefined : q })))
export const useTagCounts = (labels: readonly string[]) =>
  useQuery({
    queryKey: ['tags', 'counts', ...labels],
    queryFn: () => peopleSettings.tagCounts(labels),
    enabled: labels.length > 0,
    staleTime: 0,
  })
export const useSuppressions = () =>
  usePages(pagesQuery(['suppressions'], (cursor) => peopleSettings.suppressions(cursor)))

/** What is named so is read anew. */
export function useNamedRenewed(
  name: 'custom-fields' | 'lead-forms' | 'tags' | 'user-status-options' | 'suppressions',
) {
  const cache = useQueryClient()
  return () => cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes(name) })
}
