/** Characters of a name at most; WhatsApp shows no more either. */
const nameMax = 120

// Invisible, and able to turn a name around in the eye: all but the two joiners, which words of many languages hold.
const invisible = /\p{Cc}|(?![\u200c\u200d])\p{Cf}|\p{Zl}|\p{Zp}|[<>:"|?*]/gu

/** What Windows takes for a device, whatever comes after the dot. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/**
 * The last part of a name, without what a file system, a header or an eye would take for something else. Null where
 * nothing is left. The end of a long one stays: it says what the file is.
 */
export function cleanName(name: string | null): string | null {
  if (name === null) return null
  const last = name.split(/[/\\]/).at(-1) ?? ''
  const clean = last
    .toWellFormed()
    .replace(invisible, '')
    .replace(/^[\s.]+|[\s.]+$/g, '')
  if (clean === '') return null
  const safe = devices.test(clean) ? `_${clean}` : clean
  const characters = [...safe]
  if (characters.length <= nameMax) return safe
  const ending = /\.[\p{L}\p{N}]{1,10}$/u.exec(safe)?.[0] ?? ''
  return characters.slice(0, nameMax - [...ending].length).join('') + ending
}
