import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

/** To what is known of a person. */
export const PersonLink = ({ userId, children }: { userId: string; children: ReactNode }) => (
  <Link to="/person/$userId" params={{ userId }}>
    {children}
  </Link>
)
