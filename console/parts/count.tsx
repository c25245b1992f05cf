import style from './count.module.css'

interface Props {
  of: number
  /** Read out after the number; not shown. */
  says: string
  on?: 'list' | 'rail' | 'phone'
}

/** How many wait, as a mark; nothing where none do. */
export const Count = ({ of, says, on = 'list' }: Props) =>
  of > 0 && (
    <span className={style.count} data-on={on}>
      {of > 99 ? '99+' : of}
      <span className="unseen"> {says}</span>
    </span>
  )
