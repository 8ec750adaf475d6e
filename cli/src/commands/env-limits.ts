import type { Environment } from '@syncline/sdk'
import { Option } from 'commander'
import { type AdminOptions, adminClientOf, adminCommand } from '../admin-command.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'
import { type Limit, limit, RUNS_MAX, WEIGHT_MAX, wholeNumber } from '../whole-number.ts'

interface Options extends AdminOptions, JsonOptions {
  maxRuns?: Limit
  weight?: number
  validate?: 'off' | 'warn' | 'strict' | 'default'
}

export const envLimits = () =>
  adminCommand('limits')
    .description('show or set how much of the runners an environment gets, and how its records are checked')
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
    .addOption(
      new Option(
        '--validate <how>',
        "what syncs do that do not say it when a record does not fit its model; 'default' is warn",
      ).choices(['off', 'warn', 'strict', 'default']),
    )
    .addOption(jsonOption())
    .action(async (name: string, { maxRuns, weight, validate, ...options }: Options) => {
      const { environments } = adminClientOf(options)
      const limits = {
        ...(maxRuns !== undefined && { maxRuns: maxRuns === 'none' ? null : maxRuns }),
        ...(weight !== undefined && { weight }),
        ...(validate !== undefined && { validate: validate === 'default' ? null : validate }),
      }
      const environment =
        Object.keys(limits).length > 0
          ? await environments.update(name, limits)
          : await environments.get(name)
      show(options, environment, (it) => table(['name', 'max runs', 'weight', 'validate'], [limitsRow(it)]))
    })

export function limitsRow({ name, max_runs, weight, validate }: Environment) {
  return { name, 'max runs': max_runs ?? 'default', weight, validate }
}
