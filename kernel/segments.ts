// GSM 03.38, the alphabet of text messages, and what needs an escape in it. Anything else makes the whole text UCS-2.
const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const escaped = '^{}\\[~]|€\f'

/** As how many messages a text is sent, and paid. */
export function segmentsOf(text: string): number {
  const isGsm = [...text].every((one) => basic.includes(one) || escaped.includes(one))
  if (!isGsm) return text.length <= 70 ? 1 : Math.ceil(text.length / 67)
  const units = [...text].reduce((sum, one) => sum + (escaped.includes(one) ? 2 : 1), 0)
  return units <= 160 ? 1 : Math.ceil(units / 153)
}
