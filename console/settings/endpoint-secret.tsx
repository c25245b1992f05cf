import { ShownOnce } from '../parts/shown-once.tsx'

export interface Secret {
  name: string
  secret: string
}

/** Whoever holds it knows that a webhook is from us. */
export const EndpointSecret = ({ name, secret }: Secret) => (
  <ShownOnce says={`The secret of ${name}`} value={secret}>
    This is the secret that <bdi>{name}</bdi> checks our signature with. It is not shown again.
  </ShownOnce>
)
