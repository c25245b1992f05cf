import { Link } from '@tanstack/react-router'

/** Whole numbers as they are read: `1,234`. */
export const figure = (value: number) => value.toLocaleString('en')

/** As people say how large something is: `3.4 MB`. */
export function bytesOf(bytes: number) {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB']
  const nth = bytes < 1_000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${nth === 0 ? figure(bytes) : (bytes / 1_000 ** nth).toFixed(1)} ${units[nth] ?? ''}`
}

/** The first line of a table. */
export const Head = ({ columns }: { columns: readonly string[] }) => (
  <thead>
    <tr>
      {columns.map((column) => (
        <th key={column} scope="col">
          {column}
        </th>
      ))}
    </tr>
  </thead>
)

/** An actor by its name, to its page. */
export const ActorLink = ({ kind, id }: { kind: string; id: string }) => (
  <Link to="/operations/actors/$kind/$id" params={{ kind, id }}>
    <bdi>
      {kind} {id}
    </bdi>
  </Link>
)
