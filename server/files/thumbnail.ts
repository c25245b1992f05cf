import sharp from 'sharp'

export interface Small {
  bytes: Buffer
  mime: 'image/webp'
  width: number
  height: number
}

/** A picture that is bad, or more than is taken: trying again changes nothing. */
export class NotAPicture extends Error {}

/** The longest side, pixels: what a bubble of the inbox shows, on a screen with two dots to each pixel. */
const sideMax = 640
/** Width times height, before anything is decoded: a small file can unfold to far more. */
const pixelsMax = 50_000_000
const formats: Readonly<Record<string, string>> = { 'image/jpeg': 'jpeg', 'image/png': 'png', 'image/webp': 'webp' }

// Only these three may read at all: libvips knows dozens of formats (SVG and PDF among them), and how to guess.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'] })
sharp.cache(false)
sharp.concurrency(1)

/**
 * A small picture of a picture: turned as its camera says, without anything else that the camera wrote down.
 * @throws NotAPicture
 */
export async function smallOf(bytes: Uint8Array, mime: string): Promise<Small> {
  try {
    // Of an animation, the first frame; `failOn` refuses what is damaged instead of guessing the rest.
    const image = sharp(bytes, { limitInputPixels: pixelsMax, failOn: 'error', sequentialRead: true, pages: 1 })
    const { format } = await image.metadata()
    if (format !== formats[mime]) throw new NotAPicture(`it is ${format}, not ${mime}`)
    const { data, info } = await image
      .autoOrient()
      .resize({ width: sideMax, height: sideMax, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 78, effort: 2 })
      .toBuffer({ resolveWithObject: true })
    return { bytes: data, mime: 'image/webp', width: info.width, height: info.height }
  } catch (error) {
    if (error instanceof NotAPicture) throw error
    throw new NotAPicture((error as Error).message.split('\n')[0]?.slice(0, 200), { cause: error })
  }
}
