/** Something that is done again and again. Late, doubled and concurrent runs are harmless: it takes what is due. */
export interface Schedule {
  name: string
  everyMs: number
  run(): Promise<void>
}
