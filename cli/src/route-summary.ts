import summaries from './summaries.json' with { type: 'json' }

/** What a command does that calls one route, as the contract says it. */
export function routeSummary(name: keyof typeof summaries): string {
  const summary = summaries[name]
  return summary.charAt(0).toLowerCase() + summary.slice(1).replace(/\.$/, '')
}
