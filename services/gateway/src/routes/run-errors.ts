import type { RunError } from '@syncline/api'
import type { Catalog } from '@syncline/catalog'
import { checkNames } from '@syncline/catalog'
import type { RunError as RunErrorMessage } from '@syncline/proto'
import { enumValue } from '../answers/enum-name.ts'
import { instant } from '../answers/instant.ts'
import { failureOf } from '../answers/run-answer.ts'
import type { Handler } from '../http/handler.ts'
import { page } from '../http/next-link.ts'
import { decodeErrorsPosition, encodeErrorsPosition } from '../run-list/errors-position.ts'
import { FACTS_DEADLINE_MS } from '../run-list/facts-or-none.ts'

const WEEK_MS = 7 * 24 * 3_600_000

export const listErrors: Handler<'listErrors'> = async ({ catalog, runFacts }, { environment, query }) => {
  const { provider_config_key: integration, sync_name: name, q, sort, order, limit } = query
  if (integration !== undefined) {
    const syncs = name === undefined ? [] : [{ name, variant: 'base' }]
    await checkNames(catalog, environment, { integration, syncs })
  }
  const at = query.cursor === undefined ? undefined : decodeErrorsPosition(query.cursor, { sort, order })
  const toMs = at?.toMs ?? (query.to === undefined ? Date.now() : Date.parse(query.to))
  const fromMs = query.from === undefined ? toMs - WEEK_MS : Date.parse(query.from)
  const found = await runFacts.listRunErrors(
    {
      ...{ environment, fromMs, toMs, limit },
      ...{ sort: enumValue('RUN_ERROR_SORT', sort), ascending: order === 'asc', behind: at?.behind },
      ...{ providerConfigKey: integration ?? '', sync: name ?? '', messageHas: q ?? '' },
    },
    { deadline: FACTS_DEADLINE_MS },
  )
  return page('/errors', query, {
    ...{ from: instant(fromMs), to: instant(toMs), total: found.total },
    errors: found.errors.map((error) => errorAnswer(catalog, environment, error)),
    next_cursor: found.next ? encodeErrorsPosition({ sort, order, toMs, behind: found.next }) : null,
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
