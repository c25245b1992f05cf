/** How often others are answered until `long` is. */
export async function answersDuring(ask: () => Promise<unknown>, long: () => Promise<unknown>): Promise<number> {
  let isOver = false
  let answers = 0
  const work = long().finally(() => (isOver = true))
  while (!isOver) {
    await ask()
    answers++
  }
  await work
  return answers
}
