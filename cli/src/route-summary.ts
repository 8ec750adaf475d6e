import { createRoutes, type Routes } from '@syncline/api'

const routes = createRoutes({ records: 1 })

/** What a command does that calls one route, as the contract says it. */
export function routeSummary(name: keyof Routes): string {
  const { summary } = routes[name]
  return summary.charAt(0).toLowerCase() + summary.slice(1).replace(/\.$/, '')
}
