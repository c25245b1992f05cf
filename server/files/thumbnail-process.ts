import { NotAPicture, smallOf } from './thumbnail.ts'

// A process of its own: whatever a picture does to its decoder, it does it here. Its parent kills it when it is slow.

interface Asked {
  id: number
  bytes: Uint8Array
  mime: string
}

process.on('message', (asked: Asked) => void answer(asked))
process.on('disconnect', () => process.exit(0))

async function answer({ id, bytes, mime }: Asked) {
  try {
    process.send?.({ id, small: await smallOf(bytes, mime) })
  } catch (error) {
    process.send?.({ id, why: (error as Error).message, isFinal: error instanceof NotAPicture })
  }
}
