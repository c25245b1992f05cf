import type { Above } from '../../kernel/template-text.ts'

/** What can stand above the words of a template, besides a line of text. */
export const aboveWords: Readonly<Record<Above, string>> = {
  image: 'Picture',
  video: 'Film',
  document: 'Document',
  location: 'Place',
  product: 'Product',
}
