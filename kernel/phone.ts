/**
 * Other spellings under which the same mobile may be known: Brazil's ninth digit, Mexico's 52 1, Argentina's 54 9.
 * Numbers are never rewritten, only matched (model.md, "Message identity match"). Digits without `+` in and out.
 */
export function otherSpellings(waId: string): string[] {
  const brazil = /^55(\d{2})(9?)(\d{8})$/.exec(waId)
  if (brazil) {
    const [, area = '', ninth, rest = ''] = brazil
    const isMobile = /^[6-9]/.test(rest)
    return isMobile ? [ninth ? `55${area}${rest}` : `55${area}9${rest}`] : []
  }
  const mexico = /^52(1?)(\d{10})$/.exec(waId)
  if (mexico) return [mexico[1] ? `52${mexico[2]}` : `521${mexico[2]}`]
  const argentina = /^54(9?)(\d{10})$/.exec(waId)
  if (argentina) return [argentina[1] ? `54${argentina[2]}` : `549${argentina[2]}`]
  return []
}
