/** Looks up what a domain says of itself. Each answers an empty list where there is nothing. */
export interface Dns {
  /** Each record whole, its pieces joined. @throws DnsFailure */
  txt(name: string): Promise<string[]>
  /** Names of mail servers in lower case, the preferred first. @throws DnsFailure */
  mx(name: string): Promise<string[]>
  /** In lower case. @throws DnsFailure */
  cname(name: string): Promise<string[]>
}

/** Nobody answered: nothing is known of the name. */
export class DnsFailure extends Error {}
