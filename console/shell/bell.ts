import type { StreamEvent } from '../../client/wire.ts'
import { onEvent } from '../live/use-stream.ts'
import { preference } from './preference.ts'

export const sound = preference('careline.sound')

let audio: AudioContext | undefined

/** A browser lets a page sound only after the person has touched it: their first key or press makes it possible. */
function unlock() {
  audio ??= new AudioContext()
  if (audio.state === 'suspended') void audio.resume()
}

/** Two soft notes, a fifth apart. */
function ring() {
  if (!audio || audio.state !== 'running' || !sound.isOn()) return
  const from = audio.currentTime
  for (const [after, hertz] of [
    [0, 587.33],
    [0.11, 880],
  ] as const) {
    const tone = new OscillatorNode(audio, { type: 'sine', frequency: hertz })
    const loudness = new GainNode(audio, { gain: 0 })
    loudness.gain.setValueAtTime(0, from + after)
    loudness.gain.linearRampToValueAtTime(0.09, from + after + 0.015)
    loudness.gain.exponentialRampToValueAtTime(0.0001, from + after + 0.32)
    tone.connect(loudness).connect(audio.destination)
    tone.start(from + after)
    tone.stop(from + after + 0.35)
  }
  document.dispatchEvent(new CustomEvent('careline:rang'))
}

// The same message comes again when its line changes for another reason.
const rung = new Set<string>()
const rungMax = 500

/** Rings for what a person says; not for what came while the line was away and is caught up with. */
function hear(event: StreamEvent | undefined) {
  if (event?.type !== 'inbox.lines_changed' || Date.now() - Date.parse(event.at) > 60_000) return
  const { lines } = event.data as { lines: { last: { messageId: string; direction: string } | null }[] }
  const said = lines.flatMap(({ last }) =>
    last?.direction === 'in' && !rung.has(last.messageId) ? [last.messageId] : [],
  )
  for (const messageId of said) rung.add(messageId)
  for (const oldest of [...rung].slice(0, Math.max(0, rung.size - rungMax))) rung.delete(oldest)
  if (said.length > 0) ring()
}

export function listenForBell() {
  addEventListener('pointerdown', unlock)
  addEventListener('keydown', unlock)
  onEvent(hear)
}
