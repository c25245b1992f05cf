import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import type { Page } from '../../client/http.ts'

/** A list over HTTP, page after page by cursor. */
export const pagesQuery = <Item>(key: readonly unknown[], ask: (cursor: string | undefined) => Promise<Page<Item>>) =>
  infiniteQueryOptions({
    queryKey: ['pages', ...key],
    queryFn: ({ pageParam }) => ask(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    staleTime: Infinity,
  })

type Pages<Item> = ReturnType<typeof pagesQuery<Item>>

/** With `isIdle` nothing is read until `again` is called. */
export function usePages<Item>(options: Pages<Item>, isIdle = false) {
  const { data, error, isPending, isFetching, isFetchingNextPage, hasNextPage, fetchNextPage, refetch } =
    useInfiniteQuery({ ...options, enabled: !isIdle })
  return {
    pages: data?.pages,
    error,
    isPending,
    isFetching,
    isFetchingNextPage,
    hasNextPage,
    more: () => {
      if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
    },
    again: () => void refetch(),
  }
}
