// What the dashboard asks of the API, on 5 000 connections × 3 syncs and a year of runs: `pnpm bench:web [part…] [--smoke] [--write-docs]`.
import { runParts } from '../run-parts.ts'

await runParts({
  name: 'web',
  parts: { api: () => import('./api.ts'), browser: () => import('./browser.ts') },
})
