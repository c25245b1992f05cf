import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { ApiProblem } from '../../client/problem.ts'
import type { Line } from '../../client/wire.ts'
import { useStatus } from '../live/use-command.ts'
import { Trouble } from './trouble.tsx'
import style from './list.module.css'
import { named } from './named.ts'
import { Row } from './row.tsx'
import { selection, useSelection } from './selection.ts'
import type { useCalm } from './use-calm.ts'

interface Props {
  list: {
    lines: Line[]
    isPending: boolean
    isFetchingNextPage: boolean
    hasNextPage: boolean
    error: Error | ApiProblem | null
    more: () => void
    again: () => void
  }
  bind: ReturnType<typeof useCalm>['bind']
  here: string | undefined
  empty: string
}

/** `--row` of tokens.css. */
const rowPx = 76

export const Rows = ({ list, bind, here, empty }: Props) => {
  const { lines, more } = list
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 8,
    getItemKey: (index) => lines[index]?.conversationId ?? index,
  })
  const shown = virtual.getVirtualItems()
  const selected = useSelection()
  const isAtEnd = (shown.at(-1)?.index ?? 0) >= lines.length - 5
  useEffect(() => {
    if (isAtEnd) more()
  }, [isAtEnd, more])
  const at = lines.findIndex((line) => line.conversationId === here)
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' })
    // Only when another one is opened: rows that move must not pull the list along.
  }, [here])
  // Without a line nothing can be read, and that is said elsewhere: what is here stays in sight.
  const hasTrouble = useStatus().state === 'live' || lines.length === 0
  return (
    <div ref={box} className={style.rows} {...bind}>
      {hasTrouble && list.error && <Trouble error={list.error} what="This list cannot be read." again={list.again} />}
      {lines.length === 0 && list.isPending && !list.error && <Outlines />}
      {lines.length === 0 && !list.isPending && <p className={style.none}>{empty}</p>}
      <ul data-picking={selected.size > 0 || undefined} style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, key, start }) => {
          const line = lines[index]
          return (
            line && (
              <li
                key={key}
                aria-setsize={list.hasNextPage ? -1 : lines.length}
                aria-posinset={index + 1}
                style={{ transform: `translateY(${start}px)` }}
              >
                <Pick line={line} isSelected={selected.has(line.conversationId)} />
                <Row line={line} isHere={line.conversationId === here} />
              </li>
            )
          )
        })}
      </ul>
    </div>
  )
}

/** Over the face, where somebody points at it or has begun to select. */
const Pick = ({ line: { conversationId, conversation }, isSelected }: { line: Line; isSelected: boolean }) => (
  <label className={style.pick}>
    <input
      type="checkbox"
      checked={isSelected}
      aria-label={`Select ${named(conversation).name}`}
      onChange={() => selection.toggle(conversationId)}
    />
  </label>
)

/** Rows in outline, for a list that is on its way. Nothing for the first moment, so that a quick answer does not flash. */
const Outlines = () => (
  <div className={style.outlines} role="status">
    <span className="unseen">The list is on its way</span>
    {[62, 44, 70, 52, 60, 48].map((width) => (
      <div key={width} aria-hidden="true">
        <i />
        <span>
          <b style={{ width: `${width}%` }} />
          <b style={{ width: `${100 - width / 3}%` }} />
        </span>
      </div>
    ))}
  </div>
)
