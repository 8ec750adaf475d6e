import { readFileSync } from 'node:fs'
import { Option } from 'commander'
import { type AdminOptions, adminClientOf } from '../admin-command.ts'
import type { ImportPlan, Step } from '../configuration/plan-import.ts'
import { canAsk, confirm } from '../confirm.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { table } from '../table.ts'
import { UsageError } from '../usage-error.ts'

/** For scripts that watch a configuration. */
const EXIT_WOULD_CHANGE = 2

interface Options extends RestOptions, AdminOptions, JsonOptions {
  url: string
  yes?: boolean
  dryRun?: boolean
}

export const importCommand = () =>
  restCommand('import')
    .description('bring the configuration of an environment to what a file says; nothing is deleted')
    .argument('<file>', 'that `export` has written, or - for stdin')
    .addOption(new Option('--admin-key <key>', 'for the limits of the environment').env('SYNCLINE_ADMIN_KEY'))
    .addOption(new Option('--admin-key-file <file>', 'the file that holds it').env('SYNCLINE_ADMIN_KEY_FILE'))
    .option('--dry-run', 'show the plan only; exit code 2 = something would change')
    .option('--yes', 'change it without a question')
    .addOption(jsonOption())
    .action(async (path: string, options: Options) => {
      const client = clientOf(options)
      const [
        { parseConfiguration },
        { parseFile },
        { readConfiguration },
        { planImport },
        { applyImport, changes },
      ] = await Promise.all([
        import('../configuration/configuration.ts'),
        import('../configuration/file-text.ts'),
        import('../configuration/read-configuration.ts'),
        import('../configuration/plan-import.ts'),
        import('../configuration/apply-import.ts'),
      ])
      const file = parseConfiguration(parseFile(readFileSync(path === '-' ? 0 : path, 'utf8'), path))
      const secrets =
        file.variables.some(({ value }) => value !== null) ||
        file.integrations.some(({ credentials }) => credentials !== undefined)
      const present = await readConfiguration(client, { secrets })
      const hasAdminKey = Boolean(options.adminKey || options.adminKeyFile)
      const plan = planImport(file, present, { hasAdminKey })
      const count = plan.steps.filter(changes).length
      const isShownOnly = options.dryRun || count === 0
      if (!options.json || isShownOnly) show(options, { ...plan, applied: false }, planText)
      if (options.dryRun && count > 0) process.exitCode = EXIT_WOULD_CHANGE
      if (isShownOnly) return
      if (!options.yes) {
        if (!canAsk())
          throw new UsageError('nothing was changed: give --yes to change it, or --dry-run to see what would')
        if (!(await confirm(`Change ${count} of ${plan.steps.length}?`)))
          return console.error('Nothing was changed.')
      }
      const admin = hasAdminKey
        ? { client: adminClientOf(options), environment: (await client.me()).environment }
        : undefined
      await applyImport(file, plan, { client, admin })
      show(options, { ...plan, applied: true }, () => `Changed ${count} of ${plan.steps.length}.`)
    })

function planText({ steps, kept }: ImportPlan): string {
  const shown = steps.filter(({ does }) => does !== 'unchanged')
  const unchanged = steps.length - shown.length
  const others = Object.entries(kept).map(([kind, names]) => `${names.length} ${kind}`)
  return [
    ...(shown.length > 0 ? [table(['does', 'what', 'name', 'details'], shown.map(row)), ''] : []),
    `${unchanged} of ${steps.length} are as the file says.`,
    ...(others.length > 0 ? [`Not in the file, and kept: ${others.join(', ')}.`] : []),
  ].join('\n')
}

const row = ({ kind, name, does, fields, reason }: Step) => ({
  ...{ does, what: kind, name, details: reason ?? fields.join(', ') },
})
