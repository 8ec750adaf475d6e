// How many schedules fire in a second, how late, and how soon and how many runs begin, next to BullMQ's job schedulers:
// `pnpm bench:scheduler [part…] [--smoke] [--write-docs]`.
import { runParts } from '../run-parts.ts'
import { BULLMQ } from './bullmq.ts'

await runParts({
  name: 'scheduler',
  versions: [BULLMQ],
  parts: {
    fire: () => import('./fire.ts'),
    lateness: () => import('./lateness.ts'),
    rest: () => import('./rest.ts'),
    lists: () => import('./lists.ts'),
    trigger: () => import('./trigger.ts'),
    trivial: () => import('./trivial.ts'),
    tenants: () => import('./tenants.ts'),
    soak: () => import('./soak.ts'),
  },
})
