import { badPattern } from './escapes.ts'
import { includes } from './charset.ts'
import type { CharSet } from './charset.ts'
import type { Parsed } from './parse.ts'
import { widthOf } from './syntax.ts'
import type { Node, Place, Repeat } from './syntax.ts'

/**
 * One step of a program. `split` tries `next` first and `other` when that fails; `look` and `atomic` run what follows
 * them, up to its `done`, on their own and go on at `next`.
 */
export type Step =
  | { op: 'set'; set: Members }
  | { op: 'split'; next: number; other: number; memo: number }
  | { op: 'jump'; next: number }
  | { op: 'save'; slot: number }
  | { op: 'turned'; slot: number; next: number; exit: number }
  | { op: 'place'; place: Place }
  | { op: 'back'; group: number; isCaseless: boolean }
  | { op: 'look'; body: Body; isNegative: boolean; next: number; behind: number[] }
  | { op: 'atomic'; next: number }
  | { op: 'done' }

/** Where a look-around runs: after its own step. */
type Body = number

export interface Program {
  steps: Step[]
  /** Two places for each group, the whole match first, then one for each loop that may turn without moving. */
  slots: number
  groups: number
  /** How many splits remember where they have failed. */
  memos: number
  isAnchored: boolean
}

/** A set made quick: ASCII by a table. */
export class Members {
  private readonly set: CharSet
  private readonly ascii = new Uint8Array(128)

  constructor(set: CharSet) {
    this.set = set
    for (let point = 0; point < 128; point++) this.ascii[point] = includes(set, point) ? 1 : 0
  }

  has(point: number): boolean {
    return point < 128 ? this.ascii[point] === 1 : includes(this.set, point)
  }
}

const STEPS_MAX = 20_000

export function programOf({ root, groups }: Parsed): Program {
  return new Compiler(groups).compile(root)
}

class Compiler {
  private readonly steps: Step[] = []
  private readonly groups: number
  private readonly sets = new Map<CharSet, Members>()
  private loops = 0
  private memos = 0
  private hasReference = false
  /** Inside a look-around or an atomic group: what fails there fails there only. */
  private inside = 0

  constructor(groups: number) {
    this.groups = groups
  }

  compile(root: Node): Program {
    this.emit(root)
    this.push({ op: 'done' })
    // What a reference meets depends on the way that led to it, so that no failure can be remembered.
    if (this.hasReference) for (const step of this.steps) if (step.op === 'split') step.memo = -1
    const slots = 2 * (this.groups + 1) + this.loops
    return { steps: this.steps, slots, groups: this.groups, memos: this.memos, isAnchored: isAnchored(root) }
  }

  private push(step: Step): number {
    if (this.steps.length >= STEPS_MAX) badPattern('regular expression is too large', 0)
    return this.steps.push(step) - 1
  }

  private split(isGreedy: boolean): (yes: number, no: number) => void {
    const memo = this.inside > 0 ? -1 : this.memos++
    const step = { op: 'split' as const, next: 0, other: 0, memo }
    this.push(step)
    return (yes, no) => {
      ;[step.next, step.other] = isGreedy ? [yes, no] : [no, yes]
    }
  }

  private emit(node: Node): void {
    switch (node.kind) {
      case 'set':
        this.push({ op: 'set', set: this.members(node.set) })
        break
      case 'sequence':
        for (const each of node.nodes) this.emit(each)
        break
      case 'choice':
        this.choice(node.nodes)
        break
      case 'repeat':
        this.repeat(node)
        break
      case 'group':
        this.push({ op: 'save', slot: 2 * node.index })
        this.emit(node.node)
        this.push({ op: 'save', slot: 2 * node.index + 1 })
        break
      case 'place':
        this.push({ op: 'place', place: node.place })
        break
      case 'back':
        this.hasReference = true
        this.push({ op: 'back', group: Number(node.group), isCaseless: node.isCaseless })
        break
      case 'atomic':
      case 'look':
        this.apart(node)
        break
    }
  }

  private members(set: CharSet): Members {
    const members = this.sets.get(set) ?? new Members(set)
    this.sets.set(set, members)
    return members
  }

  private choice(nodes: Node[]): void {
    const ends: { op: 'jump'; next: number }[] = []
    nodes.forEach((node, i) => {
      const isLast = i === nodes.length - 1
      const at = isLast ? null : this.split(true)
      const begin = this.steps.length
      this.emit(node)
      if (!isLast) {
        const end = { op: 'jump' as const, next: 0 }
        ends.push(end)
        this.push(end)
      }
      at?.(begin, this.steps.length)
    })
    for (const end of ends) end.next = this.steps.length
  }

  private repeat({ node, min, max, isGreedy }: Repeat): void {
    for (let i = 0; i < min; i++) this.emit(node)
    if (max === Infinity) return this.loop(node, isGreedy)
    const exits: ((end: number) => void)[] = []
    for (let i = min; i < max; i++) {
      const at = this.split(isGreedy)
      const begin = this.steps.length
      exits.push((end) => at(begin, end))
      this.emit(node)
    }
    for (const exit of exits) exit(this.steps.length)
  }

  /** A turn that takes nothing is the last one. */
  private loop(node: Node, isGreedy: boolean): void {
    const top = this.steps.length
    const at = this.split(isGreedy)
    const begin = this.steps.length
    if (widthOf(node)[0] > 0) {
      this.emit(node)
      this.push({ op: 'jump', next: top })
    } else {
      const slot = 2 * (this.groups + 1) + this.loops++
      this.push({ op: 'save', slot })
      this.emit(node)
      this.push({ op: 'turned', slot, next: top, exit: this.steps.length + 1 })
    }
    at(begin, this.steps.length)
  }

  private apart(node: Extract<Node, { kind: 'atomic' | 'look' }>): void {
    const behind = node.kind === 'look' && !node.isAhead ? lengthsOf(node.node) : []
    const step: Extract<Step, { op: 'atomic' | 'look' }> =
      node.kind === 'atomic'
        ? { op: 'atomic', next: 0 }
        : { op: 'look', body: this.steps.length + 1, isNegative: node.isNegative, next: 0, behind }
    this.push(step)
    this.inside++
    this.emit(node.node)
    this.inside--
    this.push({ op: 'done' })
    step.next = this.steps.length
  }
}

/** How many characters back each branch of a look-behind begins. */
function lengthsOf(node: Node): number[] {
  const branches = node.kind === 'choice' ? node.nodes : [node]
  return [...new Set(branches.map((branch) => widthOf(branch)[0]))]
}

/** Whether a match can begin at the text's beginning only. */
export function isAnchored(node: Node): boolean {
  if (node.kind === 'place') return node.place === 'start'
  if (node.kind === 'sequence') return node.nodes[0] !== undefined && isAnchored(node.nodes[0])
  if (node.kind === 'choice') return node.nodes.every(isAnchored)
  return (node.kind === 'group' || node.kind === 'atomic') && isAnchored(node.node)
}
