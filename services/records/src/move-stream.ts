// Moves a stream to another shard: npm run move-stream -- --environment prod --connection c-1 --model Issue --to 2
// The variables are those of the service (docs/operations/records.md, "Shards").
import { createLog, readConfig } from '@syncline/service'
import { Command } from 'commander'
import { Config } from './config.ts'
import { moveStream } from './move/move-stream.ts'
import { openShards } from './open-shards.ts'

type Options = { environment: string; connection: string; model: string; variant: string; to: number }

const command = new Command('move-stream')
  .description('move a stream to another shard, while the services run')
  .requiredOption('--environment <name>')
  .requiredOption('--connection <id>')
  .requiredOption('--model <name>')
  .option('--variant <name>', 'variant of the model', 'base')
  .requiredOption('--to <shard>', 'number of the shard in CLICKHOUSE_URL, from 1', Number)
  .action(run)

async function run({ to, ...stream }: Options): Promise<void> {
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort(new Error('stopped: the stream has not been moved')))
  await using opened = await openShards(readConfig(Config, process.env), createLog('move-stream', 'warn'))
  const onProgress = (what: string, { versions, bytes }: { versions: number; bytes: number }) =>
    console.log(`${what}: ${versions} versions copied, ${(bytes / 2 ** 20).toFixed(1)} MiB`)
  const moved = await moveStream(opened.shards, { stream, to, signal: stop.signal, onProgress })
  console.log(
    moved
      ? `Moved from shard ${moved.from} to shard ${to}: ${moved.records.versions} records, ${moved.history.versions} versions of their history.`
      : `The stream is on shard ${to} already.`,
  )
}

try {
  await command.parseAsync()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
