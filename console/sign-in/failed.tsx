import style from './sign-in.module.css'

/** Why somebody is not in yet. */
export const Failed = ({ words }: { words: string | null }) =>
  words !== null && (
    <p className={style.failed} role="alert">
      {words}
    </p>
  )
