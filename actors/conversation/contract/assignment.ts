import { z } from 'zod'

const id = z.string().min(1).max(128)

const empty = z.object({})

/** What the roster does with it. */
export const assignment = {
  /** From whom to whom; it is refused in silence where it does not stand so any more, and the roster hears of it. */
  assignBy: { input: z.object({ from: id.nullable(), to: id.nullable() }) },
  /** It is older than the roster, which wants to hear of it. */
  place: { input: empty },
}
