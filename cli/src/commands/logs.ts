import { setTimeout as sleep } from 'node:timers/promises'
import type { ListLogsAnswer, Syncline } from '@syncline/sdk'
import { pathText, readPath, whereOf } from '../path.ts'
import { clientOf, type RestOptions, restCommand } from '../rest-command.ts'
import { routeSummary } from '../route-summary.ts'
import { type JsonOptions, jsonOption, show } from '../show.ts'
import { UsageError } from '../usage-error.ts'

const POLL_MS = 1000
/** How long the last lines may come after the end of their run. */
const LATE_MS = 2000

interface Options extends RestOptions, JsonOptions {
  follow?: boolean
}

export const logs = () =>
  restCommand('logs')
    .description(routeSummary('listLogs'))
    .argument('<run>', 'its id; or a sync such as github/issues, for its last run')
    .argument('[connection]', 'of the sync')
    .option('-f, --follow', 'go on until the run has ended; exit code 1 = it did not succeed')
    .addOption(jsonOption())
    .action(async (run: string, connection: string | undefined, options: Options) => {
      const client = clientOf(options)
      const id = run.includes('/') ? await lastRun(client, run, connection) : run
      if (options.follow) return follow(client, id, options)
      const answer = await client.runs.logs(id)
      // A run that does not exist has no lines either: this says so.
      if (answer.lines.length === 0) await client.runs.get(id)
      if (options.json || answer.lines.length > 0) show(options, answer, text)
    })

async function lastRun(client: Syncline, text: string, connection: string | undefined): Promise<string> {
  const sync = readPath(text)
  if (connection === undefined) throw new UsageError(`on which connection? Give it behind ${pathText(sync)}`)
  const { runs } = await client.runs.list({ ...whereOf(sync, connection), limit: 1 })
  if (runs[0]) return runs[0].id
  throw new Error(`sync '${text}' has not run on connection '${connection}' yet`)
}

/** Prints lines as they come; with `--json`, each as an object on a line of its own. */
async function follow(client: Syncline, id: string, { json }: JsonOptions): Promise<void> {
  let cursor: string | null = null
  const print = async () => {
    const answer: ListLogsAnswer = await client.runs.logs(id, { cursor })
    cursor = answer.next_cursor
    if (answer.lines.length > 0)
      console.log(json ? answer.lines.map((line) => JSON.stringify(line)).join('\n') : text(answer))
    return answer.lines.length
  }
  for (;;) {
    const run = await client.runs.get(id)
    const lines = await print()
    if (run.state === 'ended') {
      await sleep(LATE_MS)
      while ((await print()) > 0);
      if (run.reason === null) return
      process.exitCode = 1
      return console.error(`run '${id}' ended: ${run.reason}${run.error ? `: ${run.error}` : ''}`)
    }
    if (lines === 0) await sleep(POLL_MS)
  }
}

const text = ({ lines }: ListLogsAnswer) =>
  lines.map(({ at, level, message }) => `${at} ${level.padEnd(5)} ${message}`).join('\n')
