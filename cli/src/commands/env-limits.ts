import type { Environment } from '@syncline/catalog'
import { Command } from 'commander'
import { table } from '../table.ts'
import { type Limit, limit, RUNS_MAX, WEIGHT_MAX, wholeNumber } from '../whole-number.ts'
import { withCatalog } from '../with-catalog.ts'

interface Options {
  maxRuns?: Limit
  weight?: number
}

export const envLimits = () =>
  new Command('limits')
    .description('show or set how much of the runners an environment gets')
    .argument('<name>', 'of the environment')
    .option(
      '--max-runs <n>',
      "runs in flight at a time; 'none': the scheduler's SCHEDULER_MAX_RUNS_PER_ENVIRONMENT",
      limit(RUNS_MAX),
    )
    .option(
      '--weight <n>',
      'its share beside other environments while all are busy; 1 is usual',
      wholeNumber(1, WEIGHT_MAX),
    )
    .action(async (name: string, { maxRuns, weight }: Options) => {
      const isChange = maxRuns !== undefined || weight !== undefined
      const environment = await withCatalog((catalog) =>
        isChange
          ? catalog.environments.update((present) => changed(present, maxRuns, weight), name)
          : catalog.environments.get(name),
      )
      console.log(table(['name', 'max runs', 'weight'], [limitsRow(environment)]))
    })

export function limitsRow({ name, maxRuns, weight = 1 }: Environment) {
  return { name, 'max runs': maxRuns ?? 'default', weight }
}

function changed(
  { maxRuns: before, ...rest }: Environment,
  maxRuns: Limit = before ?? 'none',
  weight = rest.weight,
): Environment {
  return { ...rest, ...(maxRuns !== 'none' && { maxRuns }), ...(weight !== undefined && { weight }) }
}
