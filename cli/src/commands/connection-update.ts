import type { Syncline } from '@syncline/sdk'
import { collectTags } from '../collect.ts'
import { type JsonObject, parseJson } from '../json-object.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, SUCCESS, show } from '../show.ts'
import { UsageError } from '../usage-error.ts'

type EndUser = NonNullable<Parameters<Syncline['connections']['update']>[0]['endUser']>

interface Options extends RestOptions, JsonOptions {
  endUser?: JsonObject
  tag?: Record<string, string>
  tags?: false
  webhookUrl?: string
}

export const connectionUpdate = () =>
  restCommand('update')
    .description(routeSummary('updateConnection'))
    .argument('<integration>')
    .argument('<id>')
    .option(
      '--end-user <json>',
      'whose access it is, such as {"id":"u-1","email":"ann@acme.example"}',
      parseJson,
    )
    .option('--tag <name=value>', 'instead of the tags it has; may be repeated', collectTags)
    .option('--no-tags', 'take its tags away')
    .option('--webhook-url <url>', "where its webhooks go; '' = where all go")
    .addOption(jsonOption())
    .action(async (providerConfigKey: string, connectionId: string, options: Options) => {
      const { endUser, webhookUrl: webhookUrlOverride } = options
      const tags = options.tag ?? (options.tags === false ? {} : undefined)
      if (endUser === undefined && tags === undefined && webhookUrlOverride === undefined)
        throw new UsageError('nothing to change: give --end-user, --tag, --no-tags or --webhook-url')
      await clientOf(options).connections.update({
        ...{ providerConfigKey, connectionId },
        // The API checks it.
        ...(endUser !== undefined && { endUser: endUser as unknown as EndUser }),
        ...(tags !== undefined && { tags }),
        ...(webhookUrlOverride !== undefined && { webhookUrlOverride }),
      })
      show(options, SUCCESS, () => `Changed connection '${connectionId}'.`)
    })
