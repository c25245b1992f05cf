import { SlaPolicyFields } from '../../kernel/sla.ts'
import type { Home } from './resources.ts'

export const slaPolicies = {
  collection: 'sla_policies',
  fields: SlaPolicyFields,
  search: 'name',
  unique: ({ name }) => name.normalize('NFKC').toLowerCase(),
} as const satisfies Home<typeof SlaPolicyFields>
