import type { Action, Sync } from '@syncline/catalog'
import { expect, test } from 'vitest'
import { changeAnswer, modelAnswers, sumOf } from '../answers/deployment-plan.ts'
import type { PlannedAction, PlannedSync } from './deployed-sync.ts'
import { duplicateModels } from './duplicate-models.ts'
import { planFunctions } from './plan-functions.ts'

const EARLIER = '2026-01-01T00:00:00.000Z'
const NOW = '2026-02-02T00:00:00.000Z'

const facts = {
  environment: 'dev',
  integration: 'github',
  description: '',
  models: ['Issue'],
  frequency: 'every hour',
  autoStart: true,
  trackDeletes: false,
  retries: 0,
  overlap: 'skip' as const,
  bundle: 'a'.repeat(64),
}
const wanted = (name: string, fields: Partial<PlannedSync> = {}): PlannedSync => ({
  ...facts,
  name,
  ...fields,
})
const deployed = (name: string, fields: Partial<Sync> = {}): Sync => ({
  ...facts,
  name,
  version: '1',
  deployedAt: EARLIER,
  ...fields,
})
const wantedAction = (name: string, fields: Partial<PlannedAction> = {}): PlannedAction => ({
  ...{ environment: 'dev', integration: 'github', name, description: '', bundle: 'c'.repeat(64) },
  ...{ inputSchema: {}, outputSchema: {}, scopes: [], ...fields },
})
const deployedAction = (name: string): Action => ({
  ...wantedAction(name),
  version: '1',
  deployedAt: EARLIER,
})

interface Case {
  deployed?: Sync[]
  wanted?: PlannedSync[]
  deployedActions?: Action[]
  wantedActions?: PlannedAction[]
  keep?: string[]
  prune?: boolean
}

function plan({ keep = [], prune = false, ...functions }: Case) {
  return planFunctions({
    deployed: { syncs: functions.deployed ?? [], actions: functions.deployedActions ?? [] },
    wanted: { syncs: functions.wanted ?? [], actions: functions.wantedActions ?? [] },
    keep: new Set(keep),
    prune,
    now: NOW,
  })
}
const shown = (changes: ReturnType<typeof plan>) =>
  changes.map(
    ({ change, integration, name, after }) => `${change} ${integration}/${name} ${after?.version ?? '-'}`,
  )

test.each<[string, Case, string[]]>([
  ['nothing', {}, []],
  ['a new sync', { wanted: [wanted('a')] }, ['new github/a 1']],
  ['the same again', { deployed: [deployed('a')], wanted: [wanted('a')] }, ['unchanged github/a 1']],
  [
    'other code counts the version on',
    { deployed: [deployed('a')], wanted: [wanted('a', { bundle: 'b'.repeat(64) })] },
    ['changed github/a 2'],
  ],
  [
    'another frequency does not',
    { deployed: [deployed('a')], wanted: [wanted('a', { frequency: 'every day' })] },
    ['changed github/a 1'],
  ],
  [
    'a version that is given wins',
    { deployed: [deployed('a')], wanted: [wanted('a', { version: '7.0.1' })] },
    ['changed github/a 7.0.1'],
  ],
  ['what is not wanted is gone, and stays', { deployed: [deployed('a')] }, ['gone github/a 1']],
  ['it is removed with prune', { deployed: [deployed('a')], prune: true }, ['removed github/a -']],
  ['what is kept is in no plan', { deployed: [deployed('a')], keep: ['github/a'], prune: true }, []],
  [
    'a kept function that is wanted is planned',
    { wanted: [wanted('a')], keep: ['github/a'] },
    ['new github/a 1'],
  ],
  [
    'actions take part, in one order with syncs',
    {
      deployed: [deployed('b')],
      wanted: [wanted('d')],
      deployedActions: [deployedAction('a'), deployedAction('c')],
      wantedActions: [wantedAction('a')],
    },
    ['unchanged github/a 1', 'gone github/b 1', 'gone github/c 1', 'new github/d 1'],
  ],
  [
    'another integration has other functions',
    { deployed: [deployed('a')], wanted: [wanted('a', { integration: 'gitlab' })] },
    ['gone github/a 1', 'new gitlab/a 1'],
  ],
])('%s', (_, functions, expected) => {
  expect(shown(plan(functions))).toEqual(expected)
})

test('what changed is said by field, code first', () => {
  const fields = {
    bundle: 'b'.repeat(64),
    frequency: 'every day',
    fresh: '2 days',
    models: ['Issue', 'Label'],
  }
  const [change] = plan({ deployed: [deployed('a', { concurrency: 4 })], wanted: [wanted('a', fields)] })
  expect(change && changeAnswer(change, () => 3)).toEqual({
    kind: 'sync',
    provider_config_key: 'github',
    name: 'a',
    change: 'changed',
    version: '2',
    models: ['Issue', 'Label'],
    fields: [
      { field: 'code', before: 'aaaaaaaaaaaa', after: 'bbbbbbbbbbbb' },
      { field: 'models', before: 'Issue', after: 'Issue, Label' },
      { field: 'frequency', before: 'every hour', after: 'every day' },
      { field: 'version', before: '1', after: '2' },
      { field: 'concurrency', before: '4', after: null },
      { field: 'fresh', before: null, after: '2 days' },
    ],
    schedules: { start: 0, stop: 0, change_frequency: 3 },
  })
})

test('schedules are those of the connections of the integration', () => {
  const changes = plan({
    deployed: [deployed('a'), deployed('b'), deployed('c')],
    wanted: [
      wanted('a', { frequency: 'every day' }),
      wanted('b', { description: 'other' }),
      wanted('new', { integration: 'gitlab' }),
      wanted('waits', { integration: 'gitlab', autoStart: false }),
    ],
    prune: true,
  })
  const connections = (integration: string) => (integration === 'gitlab' ? 10 : 2)
  expect(sumOf(changes.map((change) => changeAnswer(change, connections)))).toEqual({
    start: 10,
    stop: 2,
    change_frequency: 2,
  })
})

const schema = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
})

test.each<[string, Case, object[]]>([
  ['a new one', { wanted: [wanted('a')] }, [{ model: 'Issue', change: 'new' }]],
  ['one of a sync that is only gone', { deployed: [deployed('a')] }, []],
  [
    'one of a removed sync',
    { deployed: [deployed('a')], prune: true },
    [{ model: 'Issue', change: 'gone', renamed_to: null }],
  ],
  [
    'a renamed one',
    { deployed: [deployed('a')], wanted: [wanted('a', { models: ['Ticket'] })] },
    [
      { model: 'Issue', change: 'gone', renamed_to: 'Ticket' },
      { model: 'Ticket', change: 'new' },
    ],
  ],
  [
    'one of two that go is no renamed one',
    {
      deployed: [deployed('a', { models: ['Issue', 'Label'] })],
      wanted: [wanted('a', { models: ['Ticket'] })],
    },
    [
      { model: 'Issue', change: 'gone', renamed_to: null },
      { model: 'Label', change: 'gone', renamed_to: null },
      { model: 'Ticket', change: 'new' },
    ],
  ],
  [
    'one that another sync takes over is not gone',
    { deployed: [deployed('old')], wanted: [wanted('new')], prune: true },
    [],
  ],
  [
    'one whose fields change',
    {
      deployed: [
        deployed('a', { modelSchemas: { Issue: schema({ id: { type: 'string' }, n: { type: 'number' } }) } }),
      ],
      wanted: [
        wanted('a', { modelSchemas: { Issue: schema({ id: { type: 'string' }, n: { type: 'string' } }) } }),
      ],
    },
    [{ model: 'Issue', change: 'changed', fields: [{ field: 'n', before: 'number', after: 'string' }] }],
  ],
  [
    'one whose fields were not known before',
    { deployed: [deployed('a')], wanted: [wanted('a', { modelSchemas: { Issue: schema({}) } })] },
    [],
  ],
])('models for readers: %s', (_, functions, expected) => {
  const answers = modelAnswers(plan(functions), [])
  expect(answers).toMatchObject(expected)
  expect(answers).toHaveLength(expected.length)
})

test.each<[string, Case, Sync[], RegExp[]]>([
  [
    'two new syncs',
    { wanted: [wanted('a'), wanted('b')] },
    [],
    [/'github\/a' saves .* as 'github\/b'/, /'github\/b'/],
  ],
  ['two integrations', { wanted: [wanted('a'), wanted('b', { integration: 'gitlab' })] }, [], []],
  [
    'a new one beside one that is unchanged',
    { deployed: [deployed('a')], wanted: [wanted('a'), wanted('b')] },
    [],
    [/^sync 'github\/b' saves the model 'Issue', as 'github\/a' does, and the records/],
  ],
  [
    'a new one beside one that is gone',
    { deployed: [deployed('old')], wanted: [wanted('new')] },
    [],
    [
      /'github\/old' does, which is deployed and not sent: remove it \(syncline undeploy github\/old, or --prune\)/,
    ],
  ],
  [
    'a new one in place of a removed one',
    { deployed: [deployed('old')], wanted: [wanted('new')], prune: true },
    [],
    [],
  ],
  ['a new one beside one that is kept', { wanted: [wanted('new')] }, [deployed('kept')], [/'github\/kept'/]],
  [
    'two that were deployed so, and stay as they are',
    { deployed: [deployed('a'), deployed('b')], wanted: [wanted('a'), wanted('b')] },
    [],
    [],
  ],
  [
    'the one of them that changes',
    {
      deployed: [deployed('a'), deployed('b')],
      wanted: [wanted('a'), wanted('b', { frequency: 'every day' })],
    },
    [],
    [/'github\/b'/],
  ],
])('one model of two syncs: %s', (_, functions, kept, messages) => {
  const refused = duplicateModels(plan(functions), kept)
  expect(refused.map(({ error }) => error.code)).toEqual(messages.map(() => 'duplicate_model'))
  expect(refused.map(({ error }) => error.message)).toEqual(
    messages.map((text) => expect.stringMatching(text)),
  )
})
