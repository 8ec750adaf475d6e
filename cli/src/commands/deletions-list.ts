import type { HeldDeletion } from '@syncline/sdk'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { shellQuoted } from '../shell-quoted.ts'
import { table } from '../table.ts'

interface Options extends RestOptions {
  connection?: string
}

export const deletionsList = () =>
  restCommand('list')
    .description('show what syncs did not save again, and what was held back instead of being deleted')
    .argument('[integration]', 'only of this integration')
    .option('--connection <id>', 'only on this connection')
    .action(async (integration: string | undefined, { connection, ...options }: Options) => {
      const client = clientOf(options)
      const found: HeldDeletion[] = []
      let cursor: string | null = null
      do {
        const page = await client.heldDeletions.list({
          ...(integration !== undefined && { providerConfigKey: integration }),
          ...(connection !== undefined && { connectionId: connection }),
          cursor,
        })
        found.push(...page.deletions)
        cursor = page.next_cursor
      } while (cursor !== null)
      if (found.length === 0) return console.log('No deletion is held back.')
      const rows = found.map((it) => ({
        integration: it.provider_config_key,
        connection: it.connection_id,
        model: it.variant === 'base' ? it.model : `${it.model}::${it.variant}`,
        at: it.at,
        run: it.run_id,
        records: `${it.unseen} of ${it.live}`,
        next: nextStep(it),
      }))
      console.log(table(['integration', 'connection', 'model', 'at', 'run', 'records', 'next'], rows))
    })

function nextStep({ reason, incomplete, released, ...where }: HeldDeletion): string {
  if (released) return 'released: the next complete pass deletes'
  if (reason === 'incomplete') return `the next complete pass deletes; this one was not: ${incomplete}`
  const variant = where.variant === 'base' ? '' : ` --variant ${where.variant}`
  const names = [where.provider_config_key, where.connection_id, where.model].map(shellQuoted).join(' ')
  return `if they are really gone: syncline deletions release ${names}${variant}`
}
