import { refuse } from '../../errors.ts'
import { folded } from './charset.ts'
import type { Program, Step } from './program.ts'
import type { Place } from './syntax.ts'

/**
 * What one text may cost. Splits remember where they have failed, so patterns without references, look-arounds and
 * atomic groups take no more steps than text times pattern; the others, and megabytes of text, end here.
 */
const STEPS_MAX = 20_000_000
const STEPS_PER_CHARACTER = 30
/** The page of remembered failures, in bits. */
const PAGE = 32_768

/** Where a text matches; a group that took no part is null. Positions are those of JavaScript's strings. */
export interface Match {
  start: number
  end: number
  groups: ([start: number, end: number] | null)[]
}

export function search(program: Program, text: string, from: number): Match | null {
  const run = new Run(program, text)
  for (let start = from; start <= text.length; start += isPair(text, start) ? 2 : 1) {
    const end = run.at(start)
    if (end >= 0) return { start, end, groups: run.groups() }
    if (program.isAnchored) return null
  }
  return null
}

/** A match tried along one text: a stack of what is still to be tried, instead of recursion. */
class Run {
  private readonly program: Program
  private readonly steps: readonly Step[]
  private readonly text: string
  private readonly slots: Int32Array
  private readonly failed: (Uint8Array | undefined)[] = []
  /** Pairs: a step with its position, or what a slot (as its complement) held before. */
  private readonly stack: number[] = []
  private left: number

  constructor(program: Program, text: string) {
    this.program = program
    this.steps = program.steps
    this.text = text
    this.left = STEPS_MAX + text.length * STEPS_PER_CHARACTER
    this.slots = new Int32Array(program.slots).fill(-1)
  }

  at(start: number): number {
    this.slots.fill(-1)
    return this.run(0, start)
  }

  groups(): Match['groups'] {
    return Array.from({ length: this.program.groups }, (_, i) => {
      const [start, end] = [this.slots[2 * i + 2] as number, this.slots[2 * i + 3] as number]
      return start >= 0 && end >= start ? [start, end] : null
    })
  }

  /** From a step on, up to its `done`; -1 when nothing matches. */
  private run(from: number, start: number): number {
    const { stack } = this
    const base = stack.length
    let at = from
    let position = start
    for (;;) {
      if (--this.left < 0)
        refuse(51156, 'Error occurred while executing the regular expression: it takes more steps than are allowed')
      const step = this.steps[at] as Step
      if (step.op === 'done') {
        this.drop(base)
        return position
      }
      const next = this.step(step, at, position)
      if (next >= 0) {
        at = next
        position = this.position
      } else {
        if (!this.backtrack(base)) return -1
        at = this.resumed
        position = this.position
      }
    }
  }

  /** Where `step` leaves the position. */
  private position = 0
  private resumed = 0

  /** What is still to be tried goes; what slots held before stays for whoever comes back behind this run. */
  private drop(base: number): void {
    const { stack } = this
    if (base === 0) {
      stack.length = 0
      return
    }
    let kept = base
    for (let i = base; i < stack.length; i += 2)
      if ((stack[i] as number) < 0) {
        stack[kept++] = stack[i] as number
        stack[kept++] = stack[i + 1] as number
      }
    stack.length = kept
  }

  private backtrack(base: number): boolean {
    const { stack } = this
    while (stack.length > base) {
      const value = stack.pop() as number
      const what = stack.pop() as number
      if (what >= 0) {
        this.resumed = what
        this.position = value
        return true
      }
      this.slots[~what] = value
    }
    return false
  }

  /** The step that follows; -1 when this one fails. */
  private step(step: Step, at: number, position: number): number {
    this.position = position
    switch (step.op) {
      case 'set':
        return this.character(step, at, position)
      case 'split':
        if (step.memo >= 0 && this.hasFailed(step.memo, position)) return -1
        this.stack.push(step.other, position)
        return step.next
      case 'jump':
        return step.next
      case 'save':
        this.stack.push(~step.slot, this.slots[step.slot] as number)
        this.slots[step.slot] = position
        return at + 1
      case 'turned':
        return this.slots[step.slot] === position ? step.exit : step.next
      case 'place':
        return PLACES[step.place](this.text, position) ? at + 1 : -1
      default:
        return this.apart(step, at, position)
    }
  }

  private apart(
    step: Extract<Step, { op: 'back' | 'look' | 'atomic' | 'done' }>,
    at: number,
    position: number,
  ): number {
    if (step.op === 'look') return this.look(step, position)
    if (step.op === 'atomic') {
      const end = this.run(at + 1, position)
      if (end < 0) return -1
      this.position = end
      return step.next
    }
    return step.op === 'back' && this.back(step, position) ? at + 1 : -1
  }

  private character(step: Extract<Step, { op: 'set' }>, at: number, position: number): number {
    if (position >= this.text.length) return -1
    const point = this.text.codePointAt(position) as number
    if (!step.set.has(point)) return -1
    this.position = position + (point > 0xffff ? 2 : 1)
    return at + 1
  }

  /** Whether this split has been here before: then it failed, or is being tried already. */
  private hasFailed(memo: number, position: number): boolean {
    const bit = memo * (this.text.length + 1) + position
    const number = Math.floor(bit / PAGE)
    const page = (this.failed[number] ??= new Uint8Array(PAGE / 8))
    const within = bit % PAGE
    const mask = 1 << (within & 7)
    const byte = page[within >> 3] as number
    page[within >> 3] = byte | mask
    return (byte & mask) !== 0
  }

  private look(step: Extract<Step, { op: 'look' }>, position: number): number {
    const before = this.stack.length
    const isFound =
      step.behind.length === 0
        ? this.run(step.body, position) >= 0
        : step.behind.some((length) => {
            const start = back(this.text, position, length)
            return start !== null && this.run(step.body, start) === position
          })
    this.position = position
    if (isFound && step.isNegative) this.undo(before)
    return isFound === step.isNegative ? -1 : step.next
  }

  /** What a negative look-around caught counts for nothing. */
  private undo(base: number): void {
    while (this.backtrack(base));
  }

  private back(step: Extract<Step, { op: 'back' }>, position: number): boolean {
    const [start, end] = [this.slots[2 * step.group] as number, this.slots[2 * step.group + 1] as number]
    if (start < 0 || end < start) return false
    const { text } = this
    const wanted = text.slice(start, end)
    this.left -= wanted.length
    if (!step.isCaseless) {
      this.position = position + wanted.length
      return text.startsWith(wanted, position)
    }
    let at = position
    for (const letter of wanted) {
      const point = text.codePointAt(at)
      if (point === undefined || folded(point) !== folded(letter.codePointAt(0) as number)) return false
      at += point > 0xffff ? 2 : 1
    }
    this.position = at
    return true
  }
}

function isPair(text: string, at: number): boolean {
  const point = text.codePointAt(at)
  return point !== undefined && point > 0xffff
}

/** So many characters back; null before the beginning. */
function back(text: string, position: number, length: number): number | null {
  let at = position
  for (let i = 0; i < length; i++) {
    if (at === 0) return null
    at -= at > 1 && isPair(text, at - 2) ? 2 : 1
  }
  return at
}

const PLACES: Record<Place, (text: string, position: number) => boolean> = {
  start: (_text, position) => position === 0,
  end: (text, position) => position === text.length,
  endOrLastLine: (text, position) =>
    position === text.length || (position === text.length - 1 && text[position] === '\n'),
  lineStart: (text, position) => position === 0 || (text[position - 1] === '\n' && position < text.length),
  lineEnd: (text, position) => position === text.length || text[position] === '\n',
  word: (text, position) => isWord(text, position - 1) !== isWord(text, position),
  notWord: (text, position) => isWord(text, position - 1) === isWord(text, position),
}

function isWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
}
