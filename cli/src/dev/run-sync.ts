import type { ListedRun, Syncline } from '@syncline/sdk'
import type { RunReport, SyncOnConnection } from './dev-event.ts'

const RUN_MS = 60 * 60_000
const LOG_LINES = 100
const RECORDS = 3

interface Options {
  signal: AbortSignal
  /** Forget the checkpoint and the records first. */
  reset: boolean
  /** A run that was asked for before this has another code. */
  since: number
  onRun: (run: string) => void
}

/** Runs a sync now, waits for the end, and reads what it has changed. */
export async function runSync(
  client: Syncline,
  where: SyncOnConnection,
  { signal, reset, since, onRun }: Options,
): Promise<RunReport> {
  let run = await asked(client, where, { signal, reset })
  if (run === undefined) {
    // It runs already: a new sync begins by itself. One that began before has the code of before.
    const active = await lastRun(client, where, signal)
    if (active !== undefined && (reset || Date.parse(active.requestedAt) < since)) {
      await client.runs.wait(active.id, { signal, deadlineMs: RUN_MS })
      run = await asked(client, where, { signal, reset })
    } else run = active?.id
  }
  if (run === undefined) throw new Error(`${where.integration}/${where.sync} did not begin a run`)
  onRun(run)
  return report(client, where, await client.runs.wait(run, { signal, deadlineMs: RUN_MS }), signal)
}

async function asked(
  client: Syncline,
  { integration, sync, connection }: SyncOnConnection,
  { signal, reset }: { signal: AbortSignal; reset: boolean },
): Promise<string | undefined> {
  const which = { providerConfigKey: integration, syncs: [sync], connectionId: connection }
  const answer = await client.syncs.trigger({ ...which, reset, emptyCache: reset }, { signal })
  if (answer.command_id === undefined) return answer.runs?.[0]?.id
  const { result } = await client.commands.wait(answer.command_id, { signal, deadlineMs: RUN_MS })
  return result?.runs?.[0]?.id
}

async function lastRun(
  client: Syncline,
  { integration, sync, connection }: SyncOnConnection,
  signal: AbortSignal,
): Promise<ListedRun | undefined> {
  const which = { providerConfigKey: integration, connectionId: connection, sync, limit: 1 }
  const { runs } = await client.runs.list(which, { signal })
  return runs[0]
}

async function report(
  client: Syncline,
  { integration, connection }: SyncOnConnection,
  run: ListedRun,
  signal: AbortSignal,
): Promise<RunReport> {
  const place = { providerConfigKey: integration, connectionId: connection }
  const [{ lines }, { counts }] = await Promise.all([
    client.runs.logs(run.id, { limit: LOG_LINES, signal }),
    client.records.counts(place, { signal }),
  ])
  const recordsOf = (model: string) => counts.find((each) => each.model === model)?.records ?? null
  const models = Object.entries(run.result).map(async ([model, result]) => {
    const hasChanged = result.added + result.updated + result.deleted > 0
    const page = hasChanged
      ? await client.records.list(
          {
            ...place,
            model,
            limit: RECORDS,
            ...(run.startedAt !== null && { modifiedAfter: run.startedAt }),
          },
          { signal },
        )
      : { records: [] }
    const first = page.records.map(({ _nango_metadata, ...record }) => record)
    return { model, ...result, unchanged: result.unchanged ?? 0, records: recordsOf(model), first }
  })
  return {
    ...{ run: run.id, outcome: run.reason ?? 'success', error: run.error, warning: run.warning },
    duration_ms: Date.parse(run.finishedAt ?? run.requestedAt) - Date.parse(run.startedAt ?? run.requestedAt),
    models: await Promise.all(models),
    logs: lines.map(({ level, message }) => ({ level, message })),
  }
}
