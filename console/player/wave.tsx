import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { barsMax, barsOf, peaksAt } from './peaks.ts'
import style from './player.module.css'

interface Props {
  url: string
  /** How much of it was heard, 0 to 1. */
  heard: number
}

/** What a voice message looks like, once it is in sight: where somebody speaks, and for how long. */
export const Wave = ({ url, heard }: Props) => {
  const { box, isSeen } = useSeen()
  const { data: peaks } = useQuery({
    queryKey: ['peaks', url],
    queryFn: ({ signal }) => peaksAt(url, signal),
    enabled: isSeen,
    // The same sound under a link that was signed anew.
    placeholderData: (before) => before,
    staleTime: Infinity,
    // What cannot be decoded now cannot be decoded then.
    retry: false,
  })
  const bars = peaks && barsOf(peaks)
  return (
    <span ref={box} className={style.wave} data-drawn={bars ? true : undefined} aria-hidden="true">
      {bars && (
        <svg className="turns" viewBox={`0 0 ${String(barsMax)} 2`} preserveAspectRatio="none">
          <path d={bars} />
          <path d={bars} data-heard style={{ clipPath: `inset(0 ${String(100 - heard * 100)}% 0 0)` }} />
        </svg>
      )}
    </span>
  )
}

function useSeen() {
  const box = useRef<HTMLSpanElement>(null)
  const [isSeen, setSeen] = useState(false)
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true)
    })
    if (box.current) watch.observe(box.current)
    return () => watch.disconnect()
  }, [])
  return { box, isSeen }
}
