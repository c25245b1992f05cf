import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const pine: MantineColorsTuple = [
  '#e6f4f1',
  '#d2e9e4',
  '#a5d4cb',
  '#75bdb2',
  '#4fa99d',
  '#2f9488',
  '#1f8078',
  '#126461',
  '#0d504e',
  '#093d3b',
]

export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: 7,
  colors: { pine },
  fontFamily: "'Inter Variable', 'Vazirmatn Variable', system-ui, sans-serif",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '0.9375rem', xl: '1.1875rem' },
  defaultRadius: 8,
  cursorType: 'pointer',
  respectReducedMotion: true,
})

// Mantine reads our roles, so its inputs, menus and drawers follow the same palette in both schemes.
const roles = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-3)',
  '--mantine-color-placeholder': 'var(--ink-3)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-primary-color-filled': 'var(--accent)',
  '--mantine-primary-color-filled-hover': 'var(--accent-hover)',
  '--mantine-primary-color-contrast': 'var(--on-accent)',
}
export const resolver: CSSVariablesResolver = () => ({ variables: {}, light: roles, dark: roles })
