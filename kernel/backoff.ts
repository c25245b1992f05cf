/**
 * How long to wait before the next try: 1 s, 4 s, 16 s, 64 s …, each shortened or lengthened by up to a quarter, so that
 * failures do not come back together. `tries`: those that failed, at least 1; `chance` in [0, 1).
 */
export const backoffMs = (tries: number, chance: number) => Math.round(1_000 * 4 ** (tries - 1) * (0.75 + chance / 2))
