import { Link } from '@tanstack/react-router'
import style from './phone.module.css'

const places = [
  { to: '/phone', says: 'WhatsApp' },
  { to: '/texts', says: 'SMS' },
  { to: '/mails', says: 'Mail' },
  { to: '/app', says: 'The app' },
  { to: '/letters', says: 'Letters' },
  { to: '/slack', says: 'Slack' },
] as const

/** Every place where something is played: what people hold in their hands, and what the team would hear elsewhere. */
export const Places = () => (
  <nav className={style.places} aria-label="Simulated">
    {places.map(({ to, says }) => (
      <Link key={to} to={to} activeProps={{ 'aria-current': 'page' }}>
        {says}
      </Link>
    ))}
  </nav>
)
