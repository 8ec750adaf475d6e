import { expect, test } from 'vitest'
import { devText } from './dev-text.ts'

test('the end of a run shows its log, what it has changed, and the first records', () => {
  const models = [
    {
      model: 'Issue',
      added: 2,
      updated: 1,
      deleted: 0,
      unchanged: 6,
      records: 9,
      first: [{ id: '1', text: 'a'.repeat(500) }],
    },
  ]
  const text = devText({
    event: 'ended',
    ...{ integration: 'github', sync: 'issues', connection: 'me', run: 'r', outcome: 'success', error: null },
    ...{
      warning: 'nothing was deleted',
      duration_ms: 1234,
      models,
      logs: [{ level: 'info', message: 'a\nb' }],
    },
  })
  expect(text.split('\n')).toEqual([
    ...['  info  a', '        b', 'ended after 1.2 s', 'warning: nothing was deleted'],
    ...[
      '  Issue: 2 added, 1 changed, 0 deleted, 6 unchanged, 9 in all',
      expect.stringMatching(/^ {4}\{"id":"1","text":"a+…$/),
    ],
  ])
})

test('a run that failed shows its error', () => {
  const run = {
    integration: 'github',
    sync: 'issues',
    connection: 'me',
    run: 'r',
    outcome: 'timed_out' as const,
  }
  const ended = { ...run, error: 'too long', warning: null, duration_ms: 500, models: [], logs: [] }
  expect(devText({ event: 'ended', ...ended })).toBe('timed_out after 0.5 s: too long')
})
