import type { Event, EventOf } from '@syncline/events'
import type { RunFact } from '../tables/run-facts.ts'
import { fingerprintOf } from './fingerprint.ts'
import { normalizedMessage } from './normalized-message.ts'

export const isRunEnded = (event: Event): event is EventOf<'run.ended'> => event.type === 'run.ended'

/** The row of a run. It follows from the event alone: an event that comes again makes the same one. */
export function runFactOf({ source, data }: EventOf<'run.ended'>): RunFact {
  const isError = data.outcome !== 'success' && data.outcome !== 'cancelled'
  const message = isError ? normalizedMessage(data.error) : ''
  const { provider_config_key: integration, sync, outcome } = data
  const counts = Object.values(data.result)
  return {
    environment: source.slice('/environments/'.length),
    finishedAt: Date.parse(data.finished_at),
    runId: data.run,
    schedule: data.schedule,
    integration,
    connection: data.connection_id,
    sync,
    variant: data.variant,
    cause: data.cause,
    outcome,
    requestedAt: Date.parse(data.requested_at),
    startedAt: data.started_at === null ? 0 : Date.parse(data.started_at),
    attempts: data.attempt,
    version: data.version,
    error: data.error,
    message,
    fingerprint: isError ? fingerprintOf({ integration, sync, message, outcome }) : 0n,
    added: counts.reduce((sum, { added }) => sum + added, 0),
    updated: counts.reduce((sum, { updated }) => sum + updated, 0),
    deleted: counts.reduce((sum, { deleted }) => sum + deleted, 0),
    result: JSON.stringify(data.result),
  }
}
