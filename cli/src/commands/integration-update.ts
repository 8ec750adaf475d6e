import type { Syncline } from '@syncline/sdk'
import type { JsonObject } from '../json-object.ts'
import { readSettings } from '../read-settings.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { UsageError } from '../usage-error.ts'
import { type Limit, limit, RUNS_MAX, WEIGHT_MAX, wholeNumber } from '../whole-number.ts'

interface Options extends RestOptions, JsonOptions {
  concurrency?: Limit
  weight?: number
  settings?: JsonObject
}

export const integrationUpdate = () =>
  restCommand('update')
    .description(routeSummary('updateIntegration'))
    .argument('<key>', 'of `syncline integration list`')
    .option('--concurrency <n>', "runs in flight at a time; 'none': no limit of its own", limit(RUNS_MAX))
    .option('--weight <n>', 'its share beside other integrations; 1 is usual', wholeNumber(1, WEIGHT_MAX))
    .option(
      '--settings <json>',
      'any fields of PATCH /integrations/{uniqueKey}; null is the provider’s value again; @<file> or - (stdin)',
      readSettings,
    )
    .addOption(jsonOption())
    .action(async (key: string, { concurrency, weight, settings, ...options }: Options) => {
      if (concurrency === undefined && weight === undefined && settings === undefined)
        throw new UsageError('nothing to change: give --concurrency, --weight or --settings')
      const answer = await clientOf(options).integrations.update(key, {
        // The API checks them.
        ...(settings as Parameters<Syncline['integrations']['update']>[1]),
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
