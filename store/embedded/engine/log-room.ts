import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'

/** As SQLite writes its log: a header, then frames of a page each. */
const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
/** Where a header, and each frame, has the salt of this round through the log. */
const SALT_BYTES = 8
const SALT_OF_LOG_AT = 16
const SALT_OF_FRAME_AT = 8

const STEP_BYTES_MIN = 262_144
const STEP_BYTES_MAX = 2_097_152
/** Beyond it the log begins anew (see `wal_autocheckpoint` in database.ts), but for what one transaction writes more. */
const BYTES_MAX = 18_874_368

/**
 * Room for the log before it is needed. A sync of a file that has grown must write the file system's own log, too, and
 * wait for everybody else's part in that: three times as long as one of bytes that were there (measured on ext4). So
 * when SQLite comes near the end of the log, zeros are added to it, which SQLite takes for no frames.
 */
export class LogRoom {
  private readonly log: number
  private readonly frameBytes: number
  private bytes: number
  /** A frame that begins before this place says that more is needed. */
  private enough = 0
  private readonly salt = Buffer.alloc(SALT_BYTES)

  constructor(log: string, pageBytes: number) {
    this.log = openSync(log, 'r+')
    this.frameBytes = FRAME_HEADER_BYTES + pageBytes
    this.bytes = fstatSync(this.log).size
  }

  /** Between two transactions: nobody else writes to the log then. */
  keep(): void {
    if (this.bytes >= BYTES_MAX || !this.isNearEnd()) return
    const { size } = fstatSync(this.log)
    const step = Math.min(Math.max(STEP_BYTES_MIN, size), STEP_BYTES_MAX)
    this.bytes = this.grown(size, step)
    this.enough = this.bytes - step / 2
  }

  close(): void {
    closeSync(this.log)
  }

  /** Whether the frame that lies there is one of this round. */
  private isNearEnd(): boolean {
    const frames = Math.floor(this.enough / this.frameBytes)
    const salt = this.saltAt(SALT_OF_LOG_AT)
    return salt !== '' && salt === this.saltAt(HEADER_BYTES + frames * this.frameBytes + SALT_OF_FRAME_AT)
  }

  private saltAt(at: number): string {
    const read = readSync(this.log, this.salt, 0, SALT_BYTES, at)
    return this.salt.toString('latin1', 0, read)
  }

  /**
   * Piece by piece. What is written in one go the kernel may keep in one large folio, and then each sync of a frame in it
   * writes all of it: half a megabyte for four kilobytes (measured on ext4, Linux 6).
   */
  private filled(from: number, to: number): boolean {
    for (let at = from; at < to;) {
      const next = Math.min(at - (at % ZEROS.length) + ZEROS.length, to)
      if (writeSync(this.log, ZEROS, 0, next - at, at) < next - at) return false
      at = next
    }
    return true
  }

  /** On a disk that is full it stays as it was, and is not tried again. */
  private grown(size: number, step: number): number {
    try {
      if (this.filled(size, size + step)) return size + step
    } catch (error) {
      if (!NO_ROOM.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
    ftruncateSync(this.log, size)
    return BYTES_MAX
  }
}

/** As large as a page of memory. */
const ZEROS = Buffer.alloc(4_096)
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
