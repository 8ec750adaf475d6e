import type { RunError } from '@syncline/api'
import type { Catalog } from '@syncline/catalog'
import { checkNames } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { RunError as RunErrorMessage } from '@syncline/proto'
import { instant } from '../answers/instant.ts'
import { failureOf } from '../answers/run-answer.ts'
import type { Handler } from '../http/handler.ts'
import { page } from '../http/next-link.ts'
import { FACTS_DEADLINE_MS } from '../run-list/facts-or-none.ts'

const WEEK_MS = 7 * 24 * 3_600_000

export const listErrors: Handler<'listErrors'> = async ({ catalog, runFacts }, { environment, query }) => {
  const { provider_config_key: integration, sync_name: name, q, limit } = query
  if (integration !== undefined) {
    const syncs = name === undefined ? [] : [{ name, variant: 'base' }]
    await checkNames(catalog, environment, { integration, syncs })
  }
  const at = positionFrom(query.cursor)
  const toMs = at?.toMs ?? (query.to === undefined ? Date.now() : Date.parse(query.to))
  const fromMs = query.from === undefined ? toMs - WEEK_MS : Date.parse(query.from)
  const offset = at?.offset ?? 0
  const found = await runFacts.listRunErrors(
    {
      ...{ environment, fromMs, toMs, limit, offset },
      ...{ providerConfigKey: integration ?? '', sync: name ?? '', messageHas: q ?? '' },
    },
    { deadline: FACTS_DEADLINE_MS },
  )
  const next = offset + found.errors.length
  return page('/errors', query, {
    ...{ from: instant(fromMs), to: instant(toMs), total: found.total },
    errors: found.errors.map((error) => errorAnswer(catalog, environment, error)),
    next_cursor: next < found.total && found.errors.length > 0 ? cursorOf({ toMs, offset: next }) : null,
  })
}

function errorAnswer(catalog: Catalog, environment: string, error: RunErrorMessage): RunError {
  const { fingerprint, message, sample, versions, count, connections, counts } = error
  return {
    ...{ fingerprint, message, sample, versions, count, connections, counts },
    provider_config_key: error.providerConfigKey,
    sync_name: error.sync,
    outcome: failureOf(error.outcome) ?? 'failed',
    version: error.lastVersion || null,
    first_seen_at: instant(error.firstSeenMs),
    last_seen_at: instant(error.lastSeenMs),
    first_version_deployed_at: deployedAt(catalog, environment, error),
    last_run_id: error.lastRunId,
  }
}

/** The catalog knows it of the version that is deployed; another deployment of the same version may have been later than its first runs. */
function deployedAt(catalog: Catalog, environment: string, error: RunErrorMessage): string | null {
  const sync = catalog.syncs.peek(environment, error.providerConfigKey, error.sync)
  if (sync === undefined || sync.version !== error.firstVersion) return null
  const at = Date.parse(sync.deployedAt)
  return at <= error.firstSeenMs ? instant(at) : null
}

/** Pages are of the same time, or an error could move from one to another. */
type Position = { toMs: number; offset: number }

const cursorOf = ({ toMs, offset }: Position): string => `${toMs}.${offset}`

function positionFrom(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined
  const [, toMs, offset] = /^(\d{1,15})\.(\d{1,9})$/.exec(cursor) ?? []
  if (toMs === undefined)
    throw new AppError('invalid_cursor', `cursor '${cursor}' is not from a list of errors`)
  return { toMs: Number(toMs), offset: Number(offset) }
}
