const namesMax = 8
const slot = (workspaceId: string) => `careline.streams.${workspaceId}`

/** The streams that were watched lately in this browser, the latest first. */
export function recentStreams(workspaceId: string): readonly string[] {
  const kept = localStorage.getItem(slot(workspaceId))?.split('\n') ?? []
  return kept.filter((name) => name !== '')
}

export function remember(workspaceId: string, stream: string) {
  const others = recentStreams(workspaceId).filter((name) => name !== stream)
  localStorage.setItem(slot(workspaceId), [stream, ...others].slice(0, namesMax).join('\n'))
}
