/** Machines keep silent until the matter is resolved, whenever that is, epoch ms: the end of the year 9999. */
export const untilResolved = 253_402_300_799_000

/** As it travels. */
export const isUntilResolved = (iso: string) => Date.parse(iso) === untilResolved
