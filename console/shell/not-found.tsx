import { Link } from '@tanstack/react-router'
import style from './shell.module.css'

export const NotFound = () => (
  <main className={style.lost}>
    <h1>There is nothing at this address</h1>
    <p>
      <Link to="/inbox">Go to the inbox</Link>
    </p>
  </main>
)
