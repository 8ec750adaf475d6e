import { type CSSVariablesResolver, createTheme } from '@mantine/core'

// One accent, quiet greys, no shadows, nothing that moves for longer than 120 ms.
export const theme = createTheme({
  primaryColor: 'indigo',
  colors: {
    dark: [
      ...(['#e3e6ea', '#b6bdc8', '#9aa3b0', '#5d6673', '#363c45'] as const),
      ...(['#2c3138', '#21252b', '#191c21', '#131519', '#0e1013'] as const),
    ],
  },
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  autoContrast: true,
  respectReducedMotion: true,
  fontFamily:
    "Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '15px' }, h3: { fontSize: '13px' } },
  },
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    MultiSelect: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Tooltip: {
      // Its lines break: on a telephone it would be wider than the page.
      defaultProps: {
        multiline: true,
        maw: 300,
        withinPortal: true,
        openDelay: 200,
        transitionProps: { duration: 80 },
      },
    },
    Modal: {
      defaultProps: {
        transitionProps: { duration: 100 },
        shadow: 'none',
        centered: true,
        // Mantine makes it a `header`, which a page has only one of.
        attributes: { header: { role: 'presentation' } },
      },
    },
    // The placeholder is no item, which a menu consists of.
    Menu: {
      defaultProps: {
        transitionProps: { duration: 80 },
        shadow: 'none',
        withInitialFocusPlaceholder: false,
      },
    },
    Popover: { defaultProps: { transitionProps: { duration: 80 }, shadow: 'none' } },
  },
})

/** What the style sheets of this project use beside Mantine's names: see web/README.md. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--page': '#fbfbfc',
    '--surface': '#ffffff',
    '--raised': '#f4f5f7',
    '--line': '#e4e6ea',
    '--text': '#1d2129',
    '--muted': '#5b6472',
    '--accent': '#3b4fc4',
    '--accent-soft': '#eef1ff',
    '--good': '#14673a',
    '--good-soft': '#e5f5ea',
    '--warn': '#855300',
    '--warn-soft': '#fdf2d9',
    '--bad': '#c02a2a',
    '--bad-soft': '#fdeaea',
    '--info': '#25609c',
    '--info-soft': '#e6f1fb',
    '--mantine-color-body': '#fbfbfc',
    '--mantine-color-dimmed': '#5b6472',
    '--mantine-color-text': '#1d2129',
    '--mantine-color-default-border': '#d4d8de',
    '--mantine-color-placeholder': '#6b7482',
    '--mantine-color-error': '#c02a2a',
  },
  dark: {
    '--page': '#131519',
    '--surface': '#191c21',
    '--raised': '#21252b',
    '--line': '#2c3138',
    '--text': '#e3e6ea',
    '--muted': '#9aa3b0',
    '--accent': '#93a5ff',
    '--accent-soft': '#232a4a',
    '--good': '#5ecb86',
    '--good-soft': '#16301f',
    '--warn': '#e6b455',
    '--warn-soft': '#332810',
    '--bad': '#ff8585',
    '--bad-soft': '#3b1b1d',
    '--info': '#7db8ef',
    '--info-soft': '#172b40',
    '--mantine-color-body': '#131519',
    '--mantine-color-dimmed': '#9aa3b0',
    '--mantine-color-text': '#e3e6ea',
    '--mantine-color-default': '#191c21',
    '--mantine-color-default-hover': '#21252b',
    '--mantine-color-default-border': '#363c45',
    '--mantine-color-placeholder': '#8b95a3',
    '--mantine-color-error': '#ff8585',
  },
})
