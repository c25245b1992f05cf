import type { SearchIndex } from '../store/search/index.ts'
import type { PeopleExports } from './exports-people.ts'
import type { Imports } from './imports/imports.ts'
import type { TagBook } from './people/tag-book.ts'
import type { Segments } from './segments.ts'

/** What is done with many people at once. */
export interface Lists {
  segments: Segments
  search: Pick<SearchIndex, 'isOn'>
  imports: Imports
  exports: PeopleExports
  tags: TagBook
}
