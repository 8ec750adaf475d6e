import type { ListedRun, Routes, ServerRequest } from '@syncline/api'
import type { ListRunFactsRequest, ListRunsRequest } from '@syncline/proto'
import { enumValue } from '../answers/enum-name.ts'
import { listedRun, pastRun } from '../answers/run-answer.ts'
import type { Dependencies } from '../dependencies.ts'
import { factsOrNone } from './facts-or-none.ts'
import type { Past, Recent, RunSources } from './runs-page.ts'

type Query = ServerRequest<Routes['listRuns']>['query']
type Of = Pick<Dependencies, 'scheduler' | 'runFacts'>

const NONE: Recent<ListedRun> = { runs: [], nextCursor: '', keptFromMs: 0 }
const NO_PAST: Past<ListedRun> = { runs: [], isLast: true, knownFromMs: 0, knownToMs: 0 }

/** Where the runs of a list come from. */
export function runSources(
  { scheduler, runFacts }: Of,
  environment: string,
  query: Query,
): RunSources<ListedRun> {
  const { provider_config_key: integration, connection_id: connection, sync_name: name, variant } = query
  const time = {
    fromMs: query.from === undefined ? 0 : Date.parse(query.from),
    toMs: query.to === undefined ? 0 : Date.parse(query.to),
  }
  const outcomes = query.outcome?.map((outcome) => enumValue('RUN_OUTCOME', outcome)) ?? []
  const where = {
    ...{ environment, outcomes, ...time },
    ...{ providerConfigKey: integration ?? '', connectionId: connection ?? '' },
  }
  const states = query.state ?? []
  /** What errors have only the record store knows. */
  const isOfError = query.fingerprint !== undefined || query.q !== undefined
  const isOfEnded = states.length === 0 || states.includes('ended')

  async function fromScheduler(more: Partial<ListRunsRequest>): Promise<Recent<ListedRun> | undefined> {
    const sync = name === undefined ? undefined : { name, variant }
    const request = { ...where, sync, states: states.map((state) => enumValue('RUN_STATE', state)), ...more }
    const found = await scheduler.askOrNone((schedules, options) => schedules.listRuns(request, options))
    return found && { ...found, runs: found.runs.map(listedRun) }
  }

  async function fromRecords(more: Partial<ListRunFactsRequest>): Promise<Past<ListedRun> | undefined> {
    const error = { fingerprint: query.fingerprint ?? '', errorHas: query.q ?? '', recent: isOfError }
    const sync = name === undefined ? {} : { sync: name, variant }
    const found = await factsOrNone(runFacts, (client, options) =>
      client.listRunFacts({ ...where, ...error, ...sync, ...more }, options),
    )
    return found && { ...found, runs: found.runs.map(pastRun) }
  }

  return {
    recent: async (cursor, endedFromMs, limit) => {
      if (isOfError) return NONE
      return fromScheduler({ cursor, endedFromMs, limit })
    },
    past: async (behind, limit) => {
      if (!isOfEnded) return NO_PAST
      const place = behind && { endedMs: behind.endedMs, runId: behind.runId }
      return fromRecords({ behind: place, limit })
    },
    old: async (cursor, endedToMs, limit) => {
      if (isOfError || (time.fromMs > 0 && time.fromMs >= endedToMs)) return NONE
      return fromScheduler({ cursor, endedToMs, limit, states: ['RUN_STATE_ENDED'] })
    },
    placeOf: ({ finishedAt, id }) =>
      finishedAt === null ? undefined : { endedMs: Date.parse(finishedAt), runId: id },
  }
}
