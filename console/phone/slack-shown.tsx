const plain = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

/** Slack's own marks: what is bold, where a link leads, and moments as each reader has them. */
export const shown = (text: string) =>
  text
    .replace(/<!date\^(\d+)\^[^|>]*\|[^>]*>/g, (_, seconds: string) =>
      new Date(Number(seconds) * 1_000).toLocaleString(),
    )
    .split(/(\*[^*]+\*|<https?:[^|>]+\|[^>]*>)/)
    .map((part, index) => marked(part, index))

function marked(part: string, key: number) {
  const [, href, words] = /^<(https?:[^|>]+)\|([^>]*)>$/.exec(part) ?? []
  if (href !== undefined && words !== undefined)
    return (
      <a key={key} href={href} target="_blank" rel="noreferrer">
        {plain(words)}
      </a>
    )
  return part.length > 2 && part.startsWith('*') ? <b key={key}>{plain(part.slice(1, -1))}</b> : plain(part)
}
