export interface Place {
  latitude: number
  longitude: number
}

const number = String.raw`(-?\d{1,3}(?:\.\d+)?)`
// As OpenStreetMap, Google and Apple write them into their addresses, and as people write them.
const written = [
  new RegExp(String.raw`mlat=${number}&mlon=${number}`),
  new RegExp(String.raw`#map=\d+/${number}/${number}`),
  // Google: the pin, which need not be in the middle of the map.
  new RegExp(String.raw`!3d${number}!4d${number}`),
  new RegExp(String.raw`[?&](?:q|ll|query|destination)=${number}(?:,|%2C)${number}`),
  new RegExp(String.raw`@${number},${number}`),
  new RegExp(String.raw`^\s*${number}(?:\s*,\s*|\s+)${number}\s*$`),
]

/** Where a link to a map leads, or what two coordinates say; undefined for what says neither. */
export function placeIn(text: string): Place | undefined {
  for (const form of written) {
    const found = form.exec(text)
    const [latitude, longitude] = [Number(found?.[1]), Number(found?.[2])]
    if (found && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return { latitude, longitude }
  }
  return undefined
}
