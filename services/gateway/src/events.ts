import { type Log, metrics } from '@syncline/service'

const requestSeconds = metrics.histogram(
  'http_request_seconds',
  'Time from the request to the end of the answer',
  [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  ['method', 'route', 'status'],
)

const schedulerReachable = metrics.gauge(
  'scheduler_reachable',
  '1 = the scheduler answered the last time it was asked',
)

const connectionsOpen = metrics.gauge('http_connections', 'Connections of clients')
const requestsOpen = metrics.gauge('http_requests_open', 'Requests whose answer is not complete')

interface FinishedRequest {
  id: string
  method: string
  /** The pattern, not the path: that holds customers' names. */
  route: string
  status: number
  ms: number
  environment: string
}

interface KeyChange {
  request: string
  environment: string
  key: string
  label: string
  scopes: string[]
}

export type Events = ReturnType<typeof createEvents>

export function createEvents(log: Log) {
  return {
    requestFinished({ id, method, route, status, ms, environment }: FinishedRequest) {
      requestSeconds.observe({ method, route, status: String(status) }, ms / 1000)
      log.info({ request: id, method, route, status, ms: Math.round(ms), environment }, 'request')
    },
    connectionsOpen: (count: number) => connectionsOpen.set(count),
    requestsOpen: (count: number) => requestsOpen.set(count),
    connectionsFull(facts: { limit: number; closedIdle: boolean }) {
      log.warn(facts, 'HTTP_MAX_CONNECTIONS is reached: idle connections are closed, or new ones refused')
    },
    uploadAborted({ id, method, route }: Pick<FinishedRequest, 'id' | 'method' | 'route'>) {
      log.info({ request: id, method, route }, 'the client went away before its request had arrived')
    },
    requestFailed(id: string, error: unknown) {
      log.error({ request: id, err: error }, 'request failed')
    },
    requestUnavailable(id: string, error: unknown) {
      log.warn({ request: id, err: error }, 'a server that the request needs does not answer')
    },
    deploymentFinished: (environment: string) =>
      log.warn({ environment }, 'finished a deployment that a gateway had begun and left'),
    deploymentFailed: (err: unknown) =>
      log.error({ err }, 'a deployment that a gateway has left can not be finished yet; it is tried again'),
    schedulerAnswered: (answered: boolean) => schedulerReachable.set(answered ? 1 : 0),
    schedulerFailed: (err: unknown) => log.warn({ err }, 'the scheduler answers with an error'),
    /** Who manages keys is always the holder of the admin key. */
    keyCreated: (change: KeyChange) => log.info(change, 'key created'),
    keyUpdated: (change: KeyChange) => log.info(change, 'key changed'),
    keyRotated: (change: KeyChange) => log.info(change, 'key rotated'),
    keyDeleted: (change: KeyChange) => log.info(change, 'key deleted'),
    userChanged: (
      change: { request: string; environment: string; user: string; scopes: string[] },
      what: 'user created' | 'user deleted' | 'user has a new password' | 'user has other scopes',
    ) => log.info(change, what),
    loggedIn: (login: { request: string; environment: string; by: 'key' | 'user' | 'admin' }) =>
      log.info(login, 'logged in to the dashboard'),
    environmentCreated: (request: string, environment: string) =>
      log.info({ request, environment }, 'environment created'),
    environmentDeleted: (request: string, environment: string) =>
      log.info({ request, environment }, 'environment deleted'),
    keyLimitFailed: (err: unknown) =>
      log.warn({ err }, 'the request limit of a key was not checked: the request is allowed'),
    keyUseFailed: (err: unknown) => log.warn({ err }, 'the last use of a key was not stored'),
    /** Its tries may be carried out again when the lease has ended. */
    answerNotKept: (request: string, err: unknown) =>
      log.warn({ request, err }, 'the answer to a request with an Idempotency-Key was not kept'),
    redisLost: (err: Error) => log.warn({ err: err.message }, 'Redis connection lost'),
    /** An entry does not parse, or a comparison with NATS failed. */
    catalogFailed(error: unknown) {
      log.error({ err: error }, 'catalog failed')
    },
    catalogLoading({ received, pending }: { received: number; pending: number }) {
      log.info({ received, pending }, 'catalog loading')
    },
    creationCallsFailed(error: unknown) {
      log.warn({ err: error }, 'functions of a connection that was created are not queued yet')
    },
    /** Its own log is the one of run `log`. */
    onEventFailed(
      facts: Record<'environment' | 'integration' | 'connection' | 'event' | 'name' | 'log', string>,
      err: unknown,
    ) {
      log.warn({ ...facts, err }, 'a function of a connection failed')
    },
    /** Of all connections of an integration or environment that was deleted. Each that failed has a line of its own. */
    functionsBeforeDeletion(facts: {
      environment: string
      connections: number
      done: number
      failed: number
      skipped: number
    }) {
      const level = facts.failed + facts.skipped > 0 ? 'warn' : 'info'
      log[level](facts, 'connections are deleted; their functions for that have run, failed, or were skipped')
    },
    previewFailed(id: string, error: unknown) {
      log.warn({ preview: id, err: error }, 'why the preview has no result could not be stored')
    },
    connectionEventFailed(error: unknown) {
      log.warn({ err: error }, 'the event of a connection is not published yet')
    },
    garbageCollected({ tombstones, bundles }: { tombstones: number; bundles: number }) {
      if (tombstones + bundles > 0) log.info({ tombstones, bundles }, 'catalog garbage collected')
    },
    garbageCollectionFailed(error: unknown) {
      log.warn({ err: error }, 'catalog garbage collection failed')
    },
  }
}
