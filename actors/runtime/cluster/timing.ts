/** All in ms. */
export interface Timing {
  /** Between two signs of life. */
  readonly beatMs: number
  /** After a sign of life, from before it was sent, a member may answer for what it owns as long as this. */
  readonly servesMs: number
  /** Longer than two clocks drift apart meanwhile. */
  readonly marginMs: number
  /** Who gave no sign for so long is dead; sooner (`servesMs` and the margin) where nobody listens for it any more. */
  readonly expiryMs: number
}
export const timing: Timing = { beatMs: 250, servesMs: 750, marginMs: 100, expiryMs: 1_500 }
