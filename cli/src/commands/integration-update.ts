import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { UsageError } from '../usage-error.ts'
import { type Limit, limit, RUNS_MAX, WEIGHT_MAX, wholeNumber } from '../whole-number.ts'

interface Options extends RestOptions, JsonOptions {
  concurrency?: Limit
  weight?: number
}

export const integrationUpdate = () =>
  restCommand('update')
    .description('change how many runs of an integration there may be at a time, and its share')
    .argument('<key>', 'of `syncline integration list`')
    .option('--concurrency <n>', "runs in flight at a time; 'none': no limit of its own", limit(RUNS_MAX))
    .option('--weight <n>', 'its share beside other integrations; 1 is usual', wholeNumber(1, WEIGHT_MAX))
    .addOption(jsonOption())
    .action(async (key: string, { concurrency, weight, ...options }: Options) => {
      if (concurrency === undefined && weight === undefined)
        throw new UsageError('nothing to change: give --concurrency or --weight')
      const answer = await clientOf(options).integrations.update(key, {
        ...(concurrency !== undefined && { concurrency: concurrency === 'none' ? null : concurrency }),
        ...(weight !== undefined && { weight }),
      })
      show(
        options,
        answer,
        ({ data }) =>
          `Integration '${key}': concurrency ${data.concurrency ?? 'none'}, weight ${data.weight}.`,
      )
    })
