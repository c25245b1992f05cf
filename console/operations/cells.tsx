import { Link } from '@tanstack/react-router'

/** Whole numbers as they are read: `1,234`. */
export const figure = (value: number) => value.toLocaleString('en')

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
