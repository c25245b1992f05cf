/** How loud it is along the way, 0 to 1: the loudest of each stretch, measured by the loudest of all. */
export function peaksOf(samples: Float32Array, count: number): number[] {
  const length = Math.max(1, Math.ceil(samples.length / count))
  const peaks = Array.from({ length: count }, (_, nth) => loudest(samples, nth * length, (nth + 1) * length))
  const most = Math.max(...peaks)
  // Whispering is shown as speech is; what is silent throughout is no speech, and noise is not drawn as if it were.
  return most < audible ? peaks.map(() => 0) : peaks.map((peak) => peak / most)
}

const audible = 0.004

function loudest(samples: Float32Array, from: number, to: number): number {
  let most = 0
  for (let at = from; at < Math.min(to, samples.length); at++) most = Math.max(most, Math.abs(samples[at] ?? 0))
  return most
}

/** As bars, drawn from the middle of a box that is `count` wide and 2 high; what is silent is a dot. */
export const barsOf = (peaks: readonly number[]): string =>
  peaks
    .map((peak, nth) => `M${String(nth + 0.5)} ${(1 - height(peak)).toFixed(2)}V${(1 + height(peak)).toFixed(2)}`)
    .join('')

const height = (peak: number) => Math.max(0.06, peak * 0.94)

// 8 kHz is enough to be seen: a quarter of an hour decodes to 30 MB, and is gone again.
const hertz = 8_000
const bytesMax = 2_000_000
export const barsMax = 42

/**
 * What a sound looks like. Undefined for one that is too long to be looked at as a whole, or that this browser cannot
 * decode; whatever plays it needs neither.
 */
export async function peaksAt(url: string, signal: AbortSignal): Promise<number[] | null> {
  const response = await fetch(url, { signal })
  const bytes = Number(response.headers.get('content-length') ?? Infinity)
  if (!response.ok || bytes > bytesMax) {
    await response.body?.cancel()
    return null
  }
  const sound = await new OfflineAudioContext(1, 1, hertz).decodeAudioData(await response.arrayBuffer())
  return peaksOf(sound.getChannelData(0), barsMax)
}
