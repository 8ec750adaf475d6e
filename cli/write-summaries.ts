import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRoutes, type Route } from '@syncline/api'

// Writes src/summaries.json: `pnpm contract`. src/program.test.ts says when that is needed. A command does not load
// the contract to say what it does: that would double the time it takes to start.

/** What each route does, as the contract says it. */
export function summariesText(): string {
  const routes = Object.entries<Route>(createRoutes({ records: 1 })).filter(([, it]) => !it.deprecated)
  const summaries = Object.fromEntries(routes.map(([name, { summary }]) => [name, summary]))
  return `${JSON.stringify(summaries, null, 2)}\n`
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, 'src/summaries.json'), summariesText())
