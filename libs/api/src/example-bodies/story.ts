// The examples tell one story, that of README.md: the environment `dev` syncs the issues of a GitHub repository for the connection `demo`.

export const environment = {
  name: 'dev',
  max_runs: null,
  weight: 1,
  validate: 'warn',
  created_at: '2026-11-26T09:00:00.000Z',
}

/** Whose records they are. */
export const owner = { provider_config_key: 'github', connection_id: 'demo' }
export const sync = 'github-issues'
export const model = 'GithubIssue'

const SCHEDULE = 'b1946ac92492d2347c6235b8'
const RUN = `${SCHEDULE}-42`
export const command = '0198b7a2-5d1e-7c3a-9f4b-2a6d8e1c7b90'
export const cursor = 'WzE3OTU3NzAwMDAwMDAsIjMiXQ'

export const record = {
  id: '3',
  number: 3,
  title: 'A better title',
  state: 'open',
  author: 'octocat',
  _nango_metadata: {
    first_seen_at: '2026-11-26T09:00:31.000Z',
    last_modified_at: '2026-11-26T10:30:02.118Z',
    last_action: 'UPDATED',
    deleted_at: null,
    pruned_at: null,
    cursor,
  },
}

export const run = {
  id: RUN,
  state: 'ended',
  reason: null,
  error: null,
  warning: null,
  attempt: 1,
  fruitlessAttempts: 0,
  cause: 'schedule',
  requestedAt: '2026-11-26T10:30:00.000Z',
  startedAt: '2026-11-26T10:30:00.041Z',
  finishedAt: '2026-11-26T10:30:02.207Z',
  result: { [model]: { added: 0, updated: 1, deleted: 0 } },
  sandbox: 'namespaced',
  lastLines: [],
  throttled: null,
  parked: null,
}
export const listedRun = { ...run, ...owner, sync_name: sync, variant: 'base', version: '3' }
export const failedRun = {
  ...listedRun,
  id: `${SCHEDULE}-41`,
  reason: 'failed',
  error: 'GET /repos/acme/shop/issues answered 502',
  result: {},
  lastLines: ['error GET /repos/acme/shop/issues answered 502'],
}

export const runError = {
  fingerprint: '9f86d081884c7d65',
  provider_config_key: owner.provider_config_key,
  sync_name: sync,
  outcome: 'failed',
  message: 'GET /repos/…/issues answered 502',
  sample: failedRun.error,
  version: '3',
  versions: ['2', '3'],
  count: 25,
  connections: 4,
  first_seen_at: '2026-11-25T22:10:04.310Z',
  last_seen_at: '2026-11-26T10:29:32.207Z',
  first_version_deployed_at: null,
  last_run_id: failedRun.id,
  counts: [...Array.from({ length: 22 }, () => 0), 12, 13],
}

const freshness = {
  lastSuccessAt: '2026-11-26T10:30:02.207Z',
  freshUntil: '2026-11-26T10:35:02.207Z',
  stale: null,
}
export const status = {
  id: SCHEDULE,
  connection_id: owner.connection_id,
  name: sync,
  variant: 'base',
  type: 'INCREMENTAL',
  status: 'SUCCESS',
  frequency: 'every 30 seconds',
  finishedAt: '2026-11-26T10:30:02.207Z',
  nextScheduledSyncAt: '2026-11-26T10:30:30.000Z',
  latestResult: run.result,
  latestExecutionStatus: 'SUCCESS',
  recordCount: { [model]: 128 },
  checkpoint: { since: '2026-11-26T10:30:00.000Z' },
  lastRun: run,
  skippedSlots: 0,
  blocked: null,
  freshness,
  pausedBecause: null,
  failures: 0,
}
export const schedule = {
  ...status,
  ...{ provider_config_key: owner.provider_config_key, tags: { plan: 'pro' }, version: '1' },
}

/** Of a connection whose credentials were refused. */
export const staleSchedule = {
  ...schedule,
  status: 'STOPPED',
  blocked: {
    reason: 'needs_reauth',
    message: 'the API refused the token',
    since: '2026-11-26T10:30:02.000Z',
  },
  freshness: {
    ...freshness,
    stale: {
      reason: 'needs_reauth',
      since: '2026-11-26T10:35:02.207Z',
      until: null,
      message: 'The connection needs new credentials: the API refused the token.',
    },
  },
}

/** The runs that a trigger has asked for. */
export const askedRuns = {
  runs: [{ id: RUN, connection_id: owner.connection_id, name: sync, variant: 'base' }],
  has_more: false,
}
export const accepted = { command_id: command }
export const success = { success: true }

/** As in docs/guides/providers.md. */
export const providerFile = {
  name: 'acme',
  docs: 'https://docs.acme.example/api',
  base_url: 'https://api.acme.example/v1',
  auth: { type: 'bearer' },
  budget: { requests: 10, per: '1s' },
  verify: { path: '/me' },
}
