/*
 * Clocks that jump when a test says so. This module comes before any other: the kernel takes `Date.now` once, as an
 * operating system's clock is one for the whole process.
 */
const wall = Date.now
const monotonic = performance.now.bind(performance)
let skewMs = 0
let sleptMs = 0
Date.now = () => wall() + skewMs
performance.now = () => monotonic() - sleptMs

export function jumpTo(ms: number) {
  skewMs = ms
}

/** The monotonic clock of a machine that was suspended does not know of it. */
export function sleptFor(ms: number) {
  sleptMs += ms
}
