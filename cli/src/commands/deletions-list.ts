import type { HeldDeletion } from '@syncline/sdk'
import { fullName } from '../full-name.ts'
import { pathText } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { shellQuoted } from '../shell-quoted.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'

interface Options extends RestOptions, JsonOptions {
  connection?: string
}

export const deletionsList = () =>
  restCommand('list')
    .description(routeSummary('listHeldDeletions'))
    .argument('[integration]', 'only of this integration')
    .option('--connection <id>', 'only on this connection')
    .addOption(jsonOption())
    .action(async (integration: string | undefined, { connection, ...options }: Options) => {
      const client = clientOf(options)
      const found = await Array.fromAsync(
        client.heldDeletions.iterate({
          ...(integration !== undefined && { providerConfigKey: integration }),
          ...(connection !== undefined && { connectionId: connection }),
        }),
      )
      const answer = { deletions: found, next_cursor: null }
      show(options, answer, ({ deletions }) => listText(deletions))
    })

function listText(found: HeldDeletion[]): string {
  if (found.length === 0) return 'No deletion is held back.'
  const rows = found.map((it) => ({
    integration: it.provider_config_key,
    connection: it.connection_id,
    model: fullName(it.model, it.variant),
    at: it.at,
    run: it.run_id,
    records: `${it.unseen} of ${it.live}`,
    next: nextStep(it),
  }))
  return table(['integration', 'connection', 'model', 'at', 'run', 'records', 'next'], rows)
}

function nextStep({ reason, incomplete, released, ...where }: HeldDeletion): string {
  if (released) return 'released: the next complete pass deletes'
  if (reason === 'incomplete') return `the next complete pass deletes; this one was not: ${incomplete}`
  const { provider_config_key: integration, connection_id, model: name, variant } = where
  const names = `${pathText({ integration, name, variant })} ${shellQuoted(connection_id)}`
  return `if they are really gone: syncline deletions release ${names}`
}
