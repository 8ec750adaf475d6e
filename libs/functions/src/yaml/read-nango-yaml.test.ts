import { expect, test } from 'vitest'
import { readNangoYaml } from './read-nango-yaml.ts'

const sync = (more = '', name = 'issues', output = 'Issue') => `
      ${name}:
        runs: every hour
        output: ${output}
        endpoint: GET /${name}
${more.replace(/^/gm, '        ')}`
const yaml = (syncs: string, models = '', others = '') => `
integrations:
  github:
    syncs:${syncs}
${others}
models:
  Issue:
    id: string
${models.replace(/^/gm, '  ')}`

const deployable = (text: string) =>
  readNangoYaml(text)
    .named.filter(({ wrapper }) => wrapper)
    .map(({ kind, integration, name }) => `${kind} ${integration}/${name}`)

test('a sync of version 2 starts by itself, unless the file says otherwise', () => {
  const { named, refused, warnings } = readNangoYaml(
    yaml(sync() + sync('auto_start: false', 'other', 'Other'), 'Other: { id: string }'),
  )
  expect({ refused, warnings }).toEqual({ refused: [], warnings: [] })
  const [first, other] = named.map(({ wrapper }) => wrapper?.('/x/github/syncs/issues.ts'))
  expect(first).toContain('autoStart: true')
  expect(first).toContain('frequency: "every hour"')
  expect(first).toContain('from "./issues.ts"')
  expect(other).toContain('autoStart: false')
})

test.each([
  ['duplicate_model', yaml(sync() + sync('', 'again')), 12],
  ['model_missing_id', yaml(sync('', 'issues', 'User'), 'User: { name: string }'), 7],
  ['model_not_found', yaml(sync('', 'issues', 'User')), 7],
  ['model_not_found', yaml(sync()).replace('GET /issues', 'GET /issues/{User}'), 8],
  [
    'duplicate_endpoint',
    yaml(sync() + sync('', 'b', 'B').replace('GET /b', '/issues'), 'B: { id: string }'),
    13,
  ],
  ['endpoints_mismatch', yaml(sync().replace('GET /issues', '[GET /a, GET /b]')), 8],
  ['invalid_runs', yaml(sync().replace('every hour', 'every 10 seconds')), 6],
  ['invalid_runs', yaml(sync().replace('every hour', 'now and then')), 6],
  ['invalid_field', yaml(sync('colour: red')), 9],
  ['invalid_field', yaml(sync().replace('runs: every hour', 'description: x')), 5],
  ['invalid_field', yaml(sync("version: 'v1'")), 9],
  ['invalid_field', yaml(sync('', 'is sues').replace('/is sues', '/x')), 5],
  ['invalid_model_name', yaml(sync(), 'A-B: { id: string }'), 14],
  ['model_extends_not_found', yaml(sync('', 'issues', 'A'), 'A: { id: string, __extends: Nobody }'), 14],
  ['type_syntax_error', yaml(sync('', 'issues', 'A'), 'A:\n  id: string\n  tags: Array<string>'), 16],
  ['type_syntax_error', yaml(sync('', 'issues', 'A'), "A:\n  id: string\n  map: 'Record<string, any>'"), 16],
])('%s refuses the function, with the line and the key', (code, text, line) => {
  const { refused } = readNangoYaml(text)
  expect(refused).toHaveLength(1)
  expect(refused[0]).toMatch(new RegExp(`^nango\\.yaml:${line}: [a-zA-Z_.0-9 -]+: ${code}: `))
})

test('what is wrong refuses the functions that it is about, and no others', () => {
  const models = `A: { id: string, b: 'B[]' }\nB: { x: Array<string> }\nUnused: { id: string, __extends: Nobody }`
  const text = yaml(
    sync() + sync('', 'uses-b', 'A') + sync('version: v1', 'other', 'C'),
    `${models}\nC: { id: string }`,
  )
  expect(deployable(text)).toEqual(['sync github/issues'])
  expect(readNangoYaml(text).refused.map((line) => line.split(': ').slice(1, 3))).toEqual([
    ['models.B.x', 'type_syntax_error'],
    ['models.Unused.__extends', 'model_extends_not_found'],
    ['integrations.github.syncs.other.version', 'invalid_field'],
  ])
})

test('a file that is no YAML, and version 1, deploy nothing and say so', () => {
  expect(readNangoYaml('a: [').refused[0]).toMatch(/^nango\.yaml:1: is not valid YAML/)
  const { named, refused, notDeployed } = readNangoYaml(
    'integrations:\n  github:\n    issues: { type: sync, returns: Issue, runs: every hour }',
  )
  expect({ named, refused }).toEqual({ named: [], refused: [] })
  expect(notDeployed[0]?.reason).toMatch(/version 1/)
})

test('what looks wrong is a warning', () => {
  const { refused, warnings } = readNangoYaml(
    yaml(sync('', 'issues', 'A'), 'A:\n  id: string\n  state: open | Closed[]\n  parent: A | null'),
  )
  expect(refused).toEqual([])
  expect(warnings).toEqual([
    expect.stringMatching(/^nango\.yaml:16: models\.A\.state: model_is_literal: 'open'/),
    expect.stringMatching(/^nango\.yaml:16: models\.A\.state: model_is_literal: 'Closed'/),
    expect.stringMatching(/^nango\.yaml:14: models\.A: cyclic_model/),
  ])
})

test('functions of connections are read by their event; both spellings at once are an error', () => {
  const events = '    on-events:\n      post-connection-creation: [setup]\n      validate-connection: [check]'
  const eventsIn = (text: string) =>
    readNangoYaml(text)
      .named.filter(({ kind }) => kind === 'on-event')
      .map(({ name, wrapper }) => [name, /event: "(.*)"/.exec(wrapper?.('x.ts') ?? '')?.[1]])
  expect(eventsIn(yaml(sync(), '', events))).toEqual([
    ['setup', 'post-connection-creation'],
    ['check', 'validate-connection'],
  ])
  const old = '    post-connection-scripts: [setup]'
  expect(eventsIn(yaml(sync(), '', old))).toEqual([['setup', 'post-connection-creation']])
  expect(readNangoYaml(yaml(sync(), '', `${events}\n${old}`)).refused[0]).toMatch(
    /: both_post_connection_scripts_and_on_events_present: /,
  )
})
