/** `#rrggbb`. */
export const colourShape = /^#[0-9a-f]{6}$/i

/** What WCAG calls the relative luminance, 0 to 1. */
function luminance(colour: string) {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** White or black, whichever can be read better on this colour: at least 4.5 to 1 on any. */
export const inkOn = (colour: string) => ((luminance(colour) + 0.05) ** 2 > 1.05 * 0.05 ? '#000000' : '#ffffff')
