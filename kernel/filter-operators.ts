/** How a field can be asked; `filter-fields.ts` says which of them each kind of field takes. */
export const operators = [
  'is',
  'is_not',
  'one_of',
  'none_of',
  'contains',
  'starts_with',
  'has_any',
  'has_all',
  'has_none',
  'at_least',
  'at_most',
  'before',
  'after',
  'on',
  'within_last',
  'within_next',
  'longer_ago_than',
  'in_month',
  'known',
  'unknown',
] as const
export type Operator = (typeof operators)[number]
