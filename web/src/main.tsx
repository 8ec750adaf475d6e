import '@mantine/core/styles.css'
import './shell/shell.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/query-client.ts'
import { router } from './router.tsx'
import { takeKeyFromAddress } from './shell/take-key.ts'
import { cssVariables, theme } from './shell/theme.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no element with id root')
await takeKeyFromAddress()
createRoot(root).render(
  <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </MantineProvider>,
)
