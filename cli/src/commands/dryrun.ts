import { dirname, relative, resolve } from 'node:path'
import type { PreviewResult } from '@syncline/sdk'
import { type Path, readPath } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { UsageError } from '../usage-error.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options extends RestOptions, JsonOptions {
  folder: string
  variant?: string
  limit?: number
  samples?: number
  record?: string
  from?: string
}

export const dryrun = () =>
  restCommand('dryrun')
    .description('run a sync of a folder without any effect, and show what it would change')
    .argument('<sync>', 'such as github/issues, or of a variant github/issues::team-a', readPath)
    .argument('[connection]', 'not with --from')
    .option('--folder <folder>', 'with <integration>/syncs/<name>.ts', '.')
    .option('--variant <name>', 'of the sync')
    .option('--limit <n>', 'stop when so many records were saved', wholeNumber(1, 1_000_000_000))
    .option('--samples <n>', 'how many examples of each kind to get, up to 1000', wholeNumber(0, 1000))
    .option('--record <file>', 'keep the exchanges with the API as a fixture')
    .option('--from <file>', 'run on a fixture, on this machine and without a server')
    .addOption(jsonOption())
    .action(async (path: Path, connection: string | undefined, options: Options) => {
      const { integration, name, variant } = path
      const { folder, limit, samples, record, from } = options
      if (from !== undefined) return onFixture(path, from, options)
      if (connection === undefined)
        throw new UsageError('on which connection? Give it, or a fixture with --from')
      const client = clientOf(options)
      // The bundler is heavy.
      const [{ readLocalSync }, { runPreview }] = await Promise.all([
        import('../preview/local-sync.ts'),
        import('../preview/run-preview.ts'),
      ])
      const { sync, file } = await readLocalSync(folder, integration, name)
      const ended = await runPreview(client, {
        ...sync,
        connection_id: connection,
        variant: options.variant ?? variant,
        ...(limit !== undefined && { limit }),
        ...(samples !== undefined && { samples }),
        record: record !== undefined,
      })
      const result = withSource(ended.result, file)
      if (record !== undefined) await keep(await client.previews.recording(ended.id), record)
      const { previewText } = await import('../preview/preview-text.ts')
      show(options, result, previewText)
      if (!isFine(result)) process.exitCode = 1
    })

async function onFixture({ integration, name }: Path, file: string, options: Options): Promise<void> {
  const [{ replayFixture }, { previewText }] = await Promise.all([
    import('../offline/replay-fixture.ts'),
    import('../preview/preview-text.ts'),
  ])
  const { folder, samples } = options
  const replay = { folder, sync: `${integration}/${name}`, file, ...(samples !== undefined && { samples }) }
  const { preview, misses } = await replayFixture(replay)
  show(options, preview, previewText)
  for (const miss of misses) console.error(miss)
  if (!isFine(preview) || misses.length > 0) process.exitCode = 1
}

/** Bundles name their sources from the folder of the function; people see them from where they are. */
function withSource(result: PreviewResult, file: string): PreviewResult {
  const { error } = result
  if (!error?.source) return result
  return {
    ...result,
    error: { ...error, source: relative(process.cwd(), resolve(dirname(file), error.source)) },
  }
}

async function keep(recording: Record<string, unknown>, file: string): Promise<void> {
  const { parseFixture, writeFixture } = await import('@syncline/fixtures')
  await writeFixture(file, parseFixture(JSON.stringify(recording), file))
  console.error(
    `The exchanges are in ${file}. It has no credentials; look whether the API's answers have secrets.`,
  )
}

/** One that was stopped at a limit has done what was wanted. */
const isFine = ({ outcome }: PreviewResult) => outcome === 'success' || outcome === 'limited'
