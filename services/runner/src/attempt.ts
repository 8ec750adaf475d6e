import type { ConnectionPlace } from '@syncline/outgoing'
import type { AttemptStarted, Stream, Writer } from '@syncline/proto'

/** One attempt of a run, as the scheduler numbered it. */
export type Attempt = AttemptStarted

export function streamOf(
  { environment, connectionUid, variant }: Pick<Attempt, 'environment' | 'connectionUid' | 'variant'>,
  model: string,
): Stream {
  return { environment, connection: connectionUid, model, variant }
}

export function placeOf(attempt: Attempt): ConnectionPlace {
  const {
    environment,
    providerConfigKey: integration,
    connectionId: connection,
    connectionUid: uid,
  } = attempt
  return { environment, integration, connection, uid }
}

export function writerOf({ runId, sync, fence }: Pick<Attempt, 'runId' | 'sync' | 'fence'>): Writer {
  return { runId, sync, fence }
}

/** First syncs have a lane of their own, so that they do not delay the others. */
export function laneOf({ lastSyncAtMs }: Attempt): 'first' | 'fresh' {
  return lastSyncAtMs === 0 ? 'first' : 'fresh'
}
