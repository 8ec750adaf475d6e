import type { Environment } from '@syncline/api'
import { type AdminOptions, adminCall, adminCommand } from '../admin-command.ts'
import { table } from '../table.ts'
import { type Limit, limit, RUNS_MAX, WEIGHT_MAX, wholeNumber } from '../whole-number.ts'

interface Options extends AdminOptions {
  maxRuns?: Limit
  weight?: number
}

export const envLimits = () =>
  adminCommand('limits')
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
    .action(async (name: string, { maxRuns, weight, ...options }: Options) => {
      const params = { environment: name }
      const body = {
        ...(maxRuns !== undefined && { max_runs: maxRuns === 'none' ? null : maxRuns }),
        ...(weight !== undefined && { weight }),
      }
      const environment =
        Object.keys(body).length > 0
          ? await adminCall(options, 'PATCH', '/environments/:environment', { params, body })
          : await adminCall(options, 'GET', '/environments/:environment', { params })
      console.log(table(['name', 'max runs', 'weight'], [limitsRow(environment)]))
    })

export function limitsRow({ name, max_runs, weight }: Environment) {
  return { name, 'max runs': max_runs ?? 'default', weight }
}
