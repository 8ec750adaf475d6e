import { expect, test } from 'vitest'
import { cancelLine, logsLine, runsLine, triggerLine } from './lines.ts'

const run = { provider_config_key: 'github', connection_id: "o'neil", sync_name: 'issues', variant: 'base' }

test('a run is triggered again by its place', () => {
  expect(triggerLine(run)).toEqual(['trigger', 'github', 'issues', '--connection', "o'neil"])
  expect(triggerLine({ ...run, variant: 'team-a' })[2]).toBe('issues::team-a')
})

test('runs are listed by the filters that are set', () => {
  expect(runsLine({})).toEqual(['runs'])
  expect(runsLine({ integration: 'github', outcome: 'failed,lost', since: '1d' })).toEqual([
    ...['runs', '--integration', 'github', '--outcome', 'failed,lost', '--since', '1d'],
  ])
  expect(runsLine({ integration: 'github', sync: 'issues' })).toEqual(['runs', '--sync', 'github/issues'])
})

test('one run: its log, its end', () => {
  expect(logsLine('r1', true)).toEqual(['logs', 'r1', '-f'])
  expect(cancelLine('r1')).toEqual(['cancel', '--run', 'r1'])
})
