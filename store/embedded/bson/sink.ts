import { StoreError } from '../errors.ts'

/** More than any message: an expression can nest what would never come to an end. */
const BYTES_MAX = 67_108_864

/** A buffer that grows: encoders write here and take a copy of what they wrote. */
export class Sink {
  bytes = Buffer.allocUnsafe(65_536)
  at = 0

  room(length: number): void {
    if (this.at + length <= this.bytes.length) return
    if (this.at + length > BYTES_MAX) throw new StoreError(10334, `BSONObj size: more than ${BYTES_MAX} is invalid.`)
    const larger = Buffer.allocUnsafe((this.at + length) * 2)
    this.bytes.copy(larger, 0, 0, this.at)
    this.bytes = larger
  }

  byte(value: number): void {
    if (this.at >= this.bytes.length) this.room(1)
    this.bytes[this.at++] = value
  }

  int32(value: number): void {
    this.room(4)
    this.at = this.bytes.writeInt32LE(value, this.at)
  }

  int64(value: bigint): void {
    this.room(8)
    this.at = this.bytes.writeBigInt64LE(value, this.at)
  }

  /** An int64 of milliseconds: two halves are cheaper than a BigInt, and dates are everywhere. */
  instant(ms: number): void {
    this.room(8)
    const high = Math.floor(ms / 4_294_967_296)
    this.at = this.bytes.writeUInt32LE(ms - high * 4_294_967_296, this.at)
    this.at = this.bytes.writeInt32LE(high, this.at)
  }

  double(value: number): void {
    this.room(8)
    this.at = this.bytes.writeDoubleLE(value, this.at)
  }

  append(bytes: Uint8Array): void {
    this.room(bytes.length)
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }

  appendFrom(bytes: Buffer, start: number, end: number): void {
    this.room(end - start)
    if (end - start > 24) {
      this.at += bytes.copy(this.bytes, this.at, start, end)
      return
    }
    for (let i = start; i < end; i++) this.bytes[this.at++] = bytes[i] as number
  }

  /** A short ASCII text is copied faster by hand than through the native writer. */
  text(text: string): void {
    const length = text.length
    this.room(length * 3)
    if (length > 40) {
      this.at += this.bytes.write(text, this.at, 'utf8')
      return
    }
    const { bytes, at } = this
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 127) {
        this.at = at + bytes.write(text, at, 'utf8')
        return
      }
      bytes[at + i] = unit
    }
    this.at = at + length
  }

  /** Room for the length of a document, which `close` writes: where it is. */
  open(): number {
    const start = this.at
    this.room(4)
    this.at += 4
    return start
  }

  close(start: number): void {
    this.byte(0)
    this.bytes.writeInt32LE(this.at - start, start)
  }

  /** A copy with a memory of its own, for what is kept. */
  ownFrom(start: number): Buffer {
    const copy = Buffer.allocUnsafeSlow(this.at - start)
    this.bytes.copy(copy, 0, start, this.at)
    return copy
  }

  copyFrom(start: number): Buffer {
    const copy = Buffer.allocUnsafe(this.at - start)
    this.bytes.copy(copy, 0, start, this.at)
    return copy
  }
}
