import { z } from 'zod'
import { conflict, invalid } from '../../kernel/problem.ts'
import { customFields, customFieldsMax } from '../../store/settings/custom-fields.ts'
import { resource } from '../http/resource.ts'

/** What a business wants to know of people besides what everybody does. */
export const customFieldRoutes = resource({
  ...customFields,
  path: '/custom-fields',
  noun: 'custom_field',
  prefix: 'cfd',
  allow: { read: 'people.read', write: 'people.fields' },
  words: { one: 'a field', all: 'The fields that this business adds to a person' },
  tags: ['Users'],
  max: customFieldsMax,
  unique: { of: customFields.unique, code: 'field_exists', says: 'Another field has this key.' },
  problems: ['field_stays', 'options_missing'],
  check(_call, after, before) {
    if (before && (before.key !== after.key || before.type !== after.type || before.isSensitive !== after.isSensitive))
      throw conflict('field_stays', 'Key, kind and whether it is sensitive stay as they are: make another field.')
    const isChoice = after.type === 'choice' || after.type === 'choices'
    if (isChoice && after.options.length === 0) {
      const message = 'What can be chosen?'
      throw invalid('options_missing', message, [{ path: 'options', message }])
    }
  },
})

const StatusOptionFields = z.object({
  name: z.string().trim().min(1).max(60),
  description: z.string().trim().max(300).default(''),
  order: z.int().min(0).max(10_000).default(0),
})

/** In what state people can be here, `on holiday` or `in treatment` say. */
export const statusOptionRoutes = resource({
  collection: 'user_status_options',
  fields: StatusOptionFields,
  search: 'name',
  path: '/user-status-options',
  noun: 'status_option',
  prefix: 'uso',
  allow: { read: 'people.read', write: 'people.fields' },
  words: { one: 'a status', all: 'What status a person can have' },
  tags: ['Users'],
  max: 100,
  unique: {
    of: ({ name }) => name.normalize('NFKC').toLowerCase(),
    code: 'status_exists',
    says: 'There is such a status.',
  },
})
