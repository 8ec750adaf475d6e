import { expect, test } from 'vitest'
import { lineOf } from './print-runs.ts'

const AT = '2026-01-02T03:04:05.000Z'
const bytesOf = (event: unknown) => Buffer.from(JSON.stringify(event))
const ended = (changes: object) =>
  bytesOf({
    specversion: '1.0',
    id: '1',
    source: '/environments/dev',
    type: 'run.ended',
    time: AT,
    datacontenttype: 'application/json',
    dataschema: 'urn:syncline:event:run.ended:1',
    data: {
      schedule: 's1',
      provider_config_key: 'github',
      connection_id: 'acme',
      sync: 'issues',
      variant: 'base',
      run: 's1-1',
      attempt: 1,
      cause: 'schedule',
      outcome: 'success',
      error: '',
      result: { Issue: { added: 3, updated: 0, deleted: 1 }, Label: { added: 0, updated: 0, deleted: 0 } },
      requested_at: AT,
      started_at: AT,
      finished_at: AT,
      ...changes,
    },
  })

test('a run that ended is a line with what it is about and what it has changed', () => {
  expect(lineOf(ended({}))).toMatch(/^\d\d:\d\d:05 {2}github\/issues of acme: Issue 3 added, 1 deleted$/)
  expect(lineOf(ended({ variant: 'eu', result: {} }))).toContain('github/issues::eu of acme: nothing changed')
  expect(lineOf(ended({ outcome: 'failed', error: 'no scope' }))).toContain('of acme: no scope')
})

test('what is no such event is no line', () => {
  expect(lineOf(ended({ connection_id: undefined }))).toBeUndefined()
  expect(lineOf(bytesOf({}))).toBeUndefined()
  expect(lineOf(Buffer.from('text'))).toBeUndefined()
})
