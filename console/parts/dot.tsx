import style from './dot.module.css'

/** How somebody is: a full dot is online, a ring away, a dot with a bar busy. What stands beside it says it in words. */
export const Dot = ({ status }: { status: 'online' | 'away' | 'busy' }) => (
  <span className={style.dot} data-status={status} />
)
