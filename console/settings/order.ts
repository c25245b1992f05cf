/** Room is left between two, for those who set an order over the API. */
export const orderStep = 10

/** Which of them get which place when this one goes one further up (-1) or down (1). */
function placesAfter<One extends { order: number }>(all: readonly One[], one: One, by: -1 | 1) {
  const to = all.indexOf(one) + by
  const others = all.filter((other) => other !== one)
  const after = [...others.slice(0, to), one, ...others.slice(to)]
  return after
    .map((each, index) => ({ one: each, order: (index + 1) * orderStep }))
    .filter(({ one: each, order }) => each.order !== order)
}

/** Puts one further up or down, by what changes each whose place is another then. */
export async function moved<One extends { order: number }>(
  all: readonly One[],
  one: One,
  by: -1 | 1,
  change: (one: One, place: { order: number }) => Promise<unknown>,
) {
  for (const { one: each, order } of placesAfter(all, one, by)) await change(each, { order })
}

export const lastPlace = (all: readonly { order: number }[]) => Math.max(0, ...all.map(({ order }) => order))
