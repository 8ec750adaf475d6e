// What outgoing calls cost, and whether they keep to the quotas of APIs: `pnpm bench:outgoing [part…] [--smoke]`.
import { runParts } from '../run-parts.ts'

await runParts({
  name: 'outgoing',
  parts: {
    overhead: () => import('./overhead.ts'),
    budget: () => import('./budget.ts'),
    throttled: () => import('./throttled.ts'),
    refresh: () => import('./refresh.ts'),
  },
})
