/** What a request says of where it comes from. */
interface Sent {
  ip: string
  header(name: string): string
}

/** From this very machine, unless a proxy on it speaks for others. */
export const isFromHere = ({ ip, header }: Sent) =>
  /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(ip) && header('x-forwarded-for') === ''

/** And asked for by a name of this machine: a page of somebody else's, whose name leads here, asks by that name. */
export const isAskedHere = (sent: Sent) =>
  isFromHere(sent) && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(sent.header('host'))
