import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

// RFC 6146's well-known prefix: a network without IPv4 reaches every IPv4 address by it, so it is what it carries.
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/** What an IPv6 address means where it only wraps an IPv4 one. */
function unwrapped(address: Address): Address {
  if (address.kind() === 'ipv4') return address
  const wide = address as ipaddr.IPv6
  if (wide.isIPv4MappedAddress()) return wide.toIPv4Address()
  if (wide.match(nat64)) return new ipaddr.IPv4(wide.toByteArray().slice(12))
  return wide
}

/**
 * Whether everybody reaches this address. Not private, loopback, link-local, shared by carriers, multicast, reserved,
 * nor one of the forms of IPv6 that carry a hidden IPv4 address (6to4, Teredo): all that the library knows by IANA's
 * special-purpose registries. What is no address is not public.
 */
export function isPublicAddress(text: string): boolean {
  const address = addressOf(text)
  return address !== undefined && address.range() === 'unicast'
}

/** Without a zone, and as what it wraps; undefined where this is no address but a name. */
export function addressOf(text: string): Address | undefined {
  return ipaddr.isValid(text) ? unwrapped(ipaddr.parse(text.replace(/%.*$/, ''))) : undefined
}

/** One of what an installation reaches although it is private: `intranet.example`, `10.1.2.3:8443`, `10.0.0.0/8`. */
export interface AllowedHost {
  /** Undefined for addresses. */
  name: string | undefined
  range: [Address, number] | undefined
  /** Undefined: any port. */
  port: number | undefined
}

const portOf = (text: string | undefined) => (text === undefined ? undefined : Number(text))

/** Undefined where this is neither a name, nor an address, nor a range. */
export function allowedHostOf(entry: string): AllowedHost | undefined {
  if (ipaddr.isValidCIDR(entry)) return { name: undefined, range: ipaddr.parseCIDR(entry), port: undefined }
  if (ipaddr.isValid(entry)) return ofAddress(ipaddr.parse(entry), undefined)
  const split = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]{1,253}))(?::(\d{1,5}))?$/i.exec(entry)
  if (!split) return undefined
  const [, wide, name = '', port] = split
  const address = addressOf(wide ?? name)
  if (address) return ofAddress(address, portOf(port))
  return wide === undefined ? { name: name.toLowerCase(), range: undefined, port: portOf(port) } : undefined
}

const ofAddress = (address: Address, port: number | undefined): AllowedHost => ({
  name: undefined,
  range: [address, address.kind() === 'ipv4' ? 32 : 128],
  port,
})

/** Whether the installation's own list has this name at this port. */
export const allowsName = (allowed: readonly AllowedHost[], name: string, port: number) =>
  allowed.some((one) => one.name === name.toLowerCase() && (one.port ?? port) === port)

/** Whether the installation's own list has this address at this port. */
export function allowsAddress(allowed: readonly AllowedHost[], text: string, port: number) {
  const address = addressOf(text)
  if (!address) return false
  return allowed.some(({ range, port: only }) => {
    if (!range || (only ?? port) !== port) return false
    const [base, bits] = range
    return base.kind() === address.kind() && address.match(base, bits)
  })
}
