import { z } from 'zod'
import { sensitive } from '../../../kernel/marks.ts'
import { Address, identitiesMax } from '../../../kernel/person.ts'

export const opening = {
  /** Staff are about to write to somebody who never wrote. It is in no list before something was said. */
  open: {
    input: z.object({
      userId: z.string().min(1).max(128),
      name: sensitive(z.string().max(200)),
      identities: z.array(Address).max(identitiesMax),
    }),
  },
}
