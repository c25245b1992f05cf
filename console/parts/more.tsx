import page from './page.module.css'

interface Found {
  hasNextPage: boolean
  isFetchingNextPage: boolean
  more(): void
}

/** Below a list that is read page after page, while there is more of it. */
export const More = ({ found, says = 'Show more' }: { found: Found; says?: string }) =>
  found.hasNextPage && (
    <button type="button" className={page.more} disabled={found.isFetchingNextPage} onClick={found.more}>
      {says}
    </button>
  )
