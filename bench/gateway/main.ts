// The REST API: pages of records, ids, triggers, status and actions, next to a minimal Fastify on Postgres:
// `pnpm bench:gateway [part…] [--smoke] [--write-docs]`.
import { runParts } from '../run-parts.ts'

await runParts({
  name: 'gateway',
  parts: {
    pages: () => import('./pages.ts'),
    ids: () => import('./ids.ts'),
    trigger: () => import('./trigger.ts'),
    status: () => import('./status.ts'),
    actions: () => import('./actions.ts'),
  },
})
