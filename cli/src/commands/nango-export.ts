import { chmodSync, writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { Progress } from '../progress.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'

interface Options extends JsonOptions {
  nangoUrl: string
  nangoKey?: string
}

const NOTES_SHOWN = 20

export const nangoExport = () =>
  new Command('nango-export')
    .description(
      'read an environment of Nango by its public API, into a file that `import` reads; nothing is changed there',
    )
    .argument('<file>', '.json or .yaml; it holds credentials')
    .addOption(
      new Option('--nango-url <url>', 'of its API').env('NANGO_HOST').default('https://api.nango.dev'),
    )
    .addOption(new Option('--nango-key <key>', 'secret key of the environment').env('NANGO_SECRET_KEY'))
    .addOption(jsonOption())
    .action(async (file: string, options: Options) => {
      const { nangoUrl, nangoKey } = options
      if (!nangoKey) throw new Error('no key of Nango: set NANGO_SECRET_KEY, or give --nango-key')
      const [{ NangoApi }, { readAccount }, { configurationOf }, { fileText }] = await Promise.all([
        import('../nango/nango-api.ts'),
        import('../nango/account.ts'),
        import('../nango/configuration-of.ts'),
        import('../configuration/file-text.ts'),
      ])
      using progress = new Progress()
      const account = await readAccount(new NangoApi(nangoUrl, nangoKey), (text) => progress.say(text))
      const { configuration, notes } = configurationOf(account)
      writeFileSync(file, fileText(configuration, file), { mode: 0o600 })
      // It may have been there.
      chmodSync(file, 0o600)
      const { integrations, connections, variables, schedules } = configuration
      const counts = {
        ...{ integrations: integrations.length, connections: connections.length },
        ...{ variables: variables.length, schedules: schedules.length },
      }
      show(options, { file, ...counts, notes }, () => resultText(file, counts, notes))
    })

function resultText(file: string, counts: Record<string, number>, notes: string[]): string {
  const what = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`)
  const more = notes.length - NOTES_SHOWN
  return [
    `Wrote ${file}: ${what.join(', ')}. It has secrets: keep it safe.`,
    ...notes.slice(0, NOTES_SHOWN).map((note) => `- ${note}`),
    ...(more > 0 ? [`- and ${more} more: --json lists all`] : []),
    `Next: syncline import ${file} --dry-run`,
  ].join('\n')
}
