import { IconMicrophone, IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import style from './player.module.css'
import { Wave } from './wave.tsx'

interface Props {
  url: string | undefined
  says: string
  isVoice: boolean
  /** The address has ended, say. */
  failed?: () => void
}

/** Sound, in our own colours: play, where it stands, and how long it is. */
export const Player = ({ url, says, isVoice, failed }: Props) => {
  const audio = useRef<HTMLAudioElement>(null)
  const [isPlaying, setPlaying] = useState(false)
  const [at, setAt] = useState(0)
  const [length, setLength] = useState(0)
  const toggle = () => {
    if (isPlaying) audio.current?.pause()
    else void audio.current?.play().catch(() => failed?.())
  }
  return (
    <div className={style.player}>
      <button type="button" aria-label={`${isPlaying ? 'Pause' : 'Play'}: ${says}`} disabled={!url} onClick={toggle}>
        {isPlaying ? <IconPlayerPauseFilled size={17} /> : <IconPlayerPlayFilled size={17} />}
      </button>
      <div className={style.way}>
        {isVoice && url && <Wave url={url} heard={length > 0 ? at / length : 0} />}
        <input
          type="range"
          min={0}
          max={length || 1}
          step="any"
          value={at}
          aria-label={`Where the sound stands: ${says}`}
          aria-valuetext={`${clock(at)} of ${clock(length)}`}
          onChange={(event) => {
            if (audio.current) audio.current.currentTime = Number(event.target.value)
          }}
        />
      </div>
      <span className="figures">{clock(isPlaying || at > 0 ? at : length)}</span>
      {isVoice && <IconMicrophone size={15} stroke={1.9} aria-hidden="true" />}
      <audio
        ref={audio}
        src={url}
        preload="metadata"
        onLoadedMetadata={(event) => setLength(finite(event.currentTarget.duration))}
        onDurationChange={(event) => setLength(finite(event.currentTarget.duration))}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setAt(0)}
      />
    </div>
  )
}

// What is streamed has no length until it has been heard.
const finite = (seconds: number) => (Number.isFinite(seconds) ? seconds : 0)

function clock(seconds: number) {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
