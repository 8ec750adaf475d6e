import { expect, test } from 'vitest'
import { type Configuration, parseConfiguration } from './configuration.ts'
import { planImport } from './plan-import.ts'

const connection = { provider_config_key: 'github', connection_id: 'ann', metadata: { repo: 'a' } }
const schedule = { provider_config_key: 'github', connection_id: 'ann', sync_name: 'issues', variant: 'base' }
const configuration = (fields: Partial<Configuration> = {}): Configuration => ({
  version: 1,
  environment: { max_runs: null, weight: 1, validate: 'warn' },
  providers: [],
  integrations: [{ unique_key: 'github', provider: 'github', display_name: 'GitHub', concurrency: 5 }],
  variables: [{ name: 'REGION', value: 'eu' }],
  connections: [connection],
  schedules: [{ ...schedule, frequency: null, paused: true }],
  ...fields,
})
const present = { ...configuration(), syncs: new Set(['github/issues']) }
const empty = {
  ...configuration({ integrations: [], variables: [], connections: [], schedules: [] }),
  syncs: new Set(['github/issues']),
}
const planned = (file: Partial<Configuration>, there = present, hasAdminKey = false) =>
  planImport(configuration(file), there, { hasAdminKey }).steps.map(({ kind, does, fields, reason }) =>
    [kind, does, ...fields, ...(reason ? [reason] : [])].join(' '),
  )

test('what is as the file says is unchanged', () => {
  expect(planned({}).every((step) => step.endsWith(' unchanged'))).toBe(true)
})

test('what differs is updated by field, and what the environment has besides is kept', () => {
  const plan = planImport(
    configuration({
      integrations: [{ unique_key: 'github', provider: 'github', base_url: 'https://ghe.example' }],
      connections: [{ ...connection, metadata: { repo: 'b' }, credentials: { type: 'NONE' } }],
      variables: [],
      schedules: [{ ...schedule, frequency: 'every hour', paused: true }],
    }),
    present,
    { hasAdminKey: false },
  )
  expect(plan.steps.map(({ fields }) => fields)).toEqual([
    // An absent name stays, an absent limit goes. Credentials of a connection that is there stay.
    ...[['base_url', 'concurrency'], ['metadata'], ['frequency'], []],
  ])
  expect(plan.kept).toEqual({ variables: ['REGION'] })
})

test('what cannot be done is skipped, with what to do', () => {
  expect(planned({}, empty)).toEqual([
    'integration create',
    'variable create',
    expect.stringMatching(
      /^connection skip it is new, and the file has no credentials: syncline connection create github ann/,
    ),
    expect.stringMatching(/^schedule skip there is no connection 'github\/ann'/),
    'environment unchanged',
  ])
  expect(planned({}, { ...present, syncs: new Set() })).toContain(
    "schedule skip sync 'github/issues' is not deployed: deploy it, and import again",
  )
  expect(planned({ variables: [{ name: 'OTHER', value: null }] })).toContain(
    'variable skip the file has no value: syncline variable set OTHER …',
  )
  const limits = { environment: { max_runs: 9, weight: 1 } }
  expect(planned(limits).at(-1)).toMatch(/^environment skip max_runs would change: set SYNCLINE_ADMIN_KEY/)
  expect(planned(limits, present, true).at(-1)).toBe('environment update max_runs')
})

test.each([
  [{ version: 2 }, 'version: must be 1'],
  [{ version: 1, integrations: [{ provider: 'x' }] }, 'integrations.0.unique_key: '],
  [{ version: 1, connection: [] }, 'the file: Unrecognized key: "connection"'],
  ['x', 'the file: '],
])('%j is refused with the place of the fault', (value, message) => {
  expect(() => parseConfiguration(value)).toThrow(message)
})
