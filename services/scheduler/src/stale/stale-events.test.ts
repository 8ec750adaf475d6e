import { createLog, metrics } from '@syncline/service'
import { expect, test } from 'vitest'
import { createStaleEvents } from './stale-events.ts'

test('metrics tell the share of fresh schedules, and how many are stale for how long, by reason', async () => {
  const events = createStaleEvents(createLog('test', 'silent', { write: () => {} }))
  const of = async (name: string) =>
    (await metrics.registry.getSingleMetricAsString(`syncline_${name}`)).split('\n')
  events.staleCounted(200, [
    { reason: 'failing', count: 30, oldestMs: 90_500 },
    { reason: 'no_runner', count: 20, oldestMs: 1000 },
  ])
  expect(await of('fresh_ratio')).toContain('syncline_fresh_ratio 0.75')
  expect(await of('stale_schedules')).toContain('syncline_stale_schedules{reason="failing"} 30')
  expect(await of('stale_seconds')).toContain('syncline_stale_seconds{reason="failing"} 90.5')
  events.staleCounted(0, [{ reason: 'failing', count: 0, oldestMs: 0 }])
  expect(await of('fresh_ratio')).toContain('syncline_fresh_ratio 1')
  expect(await of('stale_seconds')).toContain('syncline_stale_seconds{reason="failing"} 0')
})
