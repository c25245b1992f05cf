// Words as they are looked up: without case, accents and the forms of other scripts. What is kept of them are keyed
// hashes of their beginnings, so nobody reads them who has the database and not the key.

/**
 * How much of a word can be looked up at once. What is asked is looked up by the longest that fits, then compared. Each
 * is one entry more of an index for each word that is written; earlier releases wrote beginnings of 4 and 9, too.
 */
const beginnings = [3, 6] as const
const shortest = beginnings[0]
/** At most so many different beginnings of one text. */
const tokensMax = 1_000
/** No more of a text than this is read. */
const readMax = 65_536

const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u

/** Most of what is written needs nothing of what the scripts of the world need, and each message is read on its way in. */
const ascii = /^[\0-\x7f]*$/

export const folded = (text: string) =>
  ascii.test(text)
    ? text.toLowerCase()
    : text
        .normalize('NFKD')
        .replace(/\p{M}+/gu, '')
        .toLowerCase()
        .replaceAll('ß', 'ss')
        .replaceAll('ı', 'i')

/** A word of a text as it was written, and where. */
export interface Placed {
  word: string
  from: number
  to: number
}

/** The words of a text, folded, where they stand. Scripts without spaces are read in pairs of letters. */
export function* placedWords(text: string): Generator<Placed> {
  const read = text.slice(0, readMax)
  const isAscii = ascii.test(read)
  for (const found of read.matchAll(isAscii ? /[a-z0-9]+/gi : /[\p{L}\p{N}\p{M}]+/gu)) {
    const [written] = found
    if (isAscii || !unspaced.test(written))
      yield { word: folded(written), from: found.index, to: found.index + written.length }
    else
      for (let at = 0; at < Math.max(1, written.length - 1); at++) {
        const pair = written.slice(at, at + 2)
        yield { word: folded(pair), from: found.index + at, to: found.index + at + pair.length }
      }
  }
}

export const wordsOf = (text: string) => [...new Set([...placedWords(text)].map(({ word }) => word))]

/** Below three letters a word is found whole only; `=` says that it is whole. */
const beginningsOf = (word: string) =>
  word.length < shortest
    ? [`=${word}`]
    : beginnings.filter((length) => length <= word.length).map((length) => word.slice(0, length))

/** By what a text is found. */
export function tokensOf(texts: readonly string[]): string[] {
  const tokens = new Set<string>()
  for (const text of texts)
    for (const { word } of placedWords(text)) {
      for (const token of beginningsOf(word)) tokens.add(token)
      if (tokens.size >= tokensMax) return [...tokens].slice(0, tokensMax)
    }
  return [...tokens]
}

const digitsMin = 4
const digitBeginnings = [4, 6, 9] as const

/** By what a number is found: any four or more digits of it that follow one another. */
export function tokensOfNumber(number: string): string[] {
  const digits = number.replace(/\D/g, '')
  const tokens = new Set<string>()
  for (let at = 0; at + digitsMin <= digits.length; at++)
    for (const length of digitBeginnings)
      if (at + length <= digits.length) tokens.add(`#${digits.slice(at, at + length)}`)
  return [...tokens]
}

/** What somebody typed, as it is asked: by which tokens, and what must then be so of each hit. */
export interface Query {
  /** None where there is nothing that could be looked up. */
  tokens: string[]
  isHit(texts: readonly string[], numbers?: readonly string[]): boolean
  words: string[]
}

/** The digits of a number as somebody types it; undefined where it is something else. Zeros of dialling are not in it. */
function digitsOf(typed: string): string | undefined {
  if (!/^[+\d][\d\s()/.-]*$/.test(typed.trim())) return undefined
  const digits = typed.replace(/\D/g, '').replace(/^0{1,2}/, '')
  return digits.length >= digitsMin ? digits : undefined
}

const longestOf = (text: string, lengths: readonly number[]) =>
  text.slice(
    0,
    lengths.findLast((length) => length <= text.length),
  )

/** Every word must begin a word of the text. Words of fewer than three letters are compared, where others are looked up. */
export function queryOf(typed: string): Query {
  const words = wordsOf(typed).slice(0, 12)
  const long = words.filter((word) => word.length >= shortest)
  const looked = long.length > 0 ? long.map((word) => longestOf(word, beginnings)) : words.map((word) => `=${word}`)
  return {
    // The longest is the rarest, most of the time: the index is entered by it.
    tokens: [...new Set(looked)].sort((a, b) => b.length - a.length),
    words,
    isHit: (texts) => {
      const all = texts.flatMap(wordsOf)
      return words.every((word) => all.some((one) => one.startsWith(word)))
    },
  }
}

/** As `queryOf`, for people: a number finds whose number it is in. */
export function personQueryOf(typed: string): Query {
  const digits = digitsOf(typed)
  if (digits === undefined) return queryOf(typed)
  return {
    tokens: [`#${longestOf(digits, digitBeginnings)}`],
    words: [digits],
    isHit: (_texts, numbers = []) => numbers.some((number) => number.replace(/\D/g, '').includes(digits)),
  }
}

/** Where the words that were asked for stand in a text: from and to, in order. */
export function marksIn(text: string, words: readonly string[], max = 20): [from: number, to: number][] {
  const marks: [number, number][] = []
  for (const { word, from, to } of placedWords(text)) {
    if (marks.length >= max) break
    if (words.some((wanted) => word.startsWith(wanted))) marks.push([from, to])
  }
  return marks
}
