import { nowUs } from './messages/webhooks.ts'

/**
 * Does something so many times a second, whatever becomes of what was done before: late ones are caught up with.
 * `each` is told when it was due, in µs of the machine's clock. Answers the function that ends it.
 */
export function paced(perSecond: number, each: (dueUs: number) => void): () => void {
  const begin = nowUs()
  let isOn = true
  let begun = 0
  const dueUs = () => begin + (begun * 1e6) / perSecond
  const tick = () => {
    if (!isOn) return
    for (; dueUs() <= nowUs(); begun++) each(Math.round(dueUs()))
    setTimeout(tick, 1)
  }
  tick()
  return () => void (isOn = false)
}
