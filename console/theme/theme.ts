import { createTheme } from '@mantine/core'

/** What Mantine computes itself; the colours that it reads are in tokens.css. */
export const theme = createTheme({ cursorType: 'pointer', respectReducedMotion: true })
