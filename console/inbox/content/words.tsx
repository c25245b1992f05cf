import style from './content.module.css'

// What looks like an address of the web; a sign that ends a sentence is not part of it.
const address = /\bhttps?:\/\/[^\s<>"“”]+[^\s<>"“”.,;:!?)\]}'’]/giu

/** Text as it was written. Addresses are links that tell the other side nothing about us. */
export const Words = ({ text }: { text: string }) => (
  <p className={style.words} dir="auto">
    {pieces(text).map((piece, index) =>
      piece.isLink ? (
        <a key={index} href={piece.text} target="_blank" rel="noreferrer noopener nofollow">
          {piece.text}
        </a>
      ) : (
        piece.text
      ),
    )}
  </p>
)

function pieces(text: string) {
  const made: { text: string; isLink: boolean }[] = []
  let from = 0
  for (const found of text.matchAll(address)) {
    made.push({ text: text.slice(from, found.index), isLink: false }, { text: found[0], isLink: true })
    from = found.index + found[0].length
  }
  return [...made, { text: text.slice(from), isLink: false }]
}
