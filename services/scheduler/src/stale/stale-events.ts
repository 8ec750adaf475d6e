import { type Log, metrics } from '@syncline/service'
import type { Reason } from '../schedules/freshness.ts'

const freshRatio = metrics.gauge('fresh_ratio', 'Schedules that are fresh, of all; 1 if there are none')
const staleSchedules = metrics.gauge('stale_schedules', 'Schedules that are stale', ['reason'])
const staleSeconds = metrics.gauge(
  'stale_seconds',
  'For how long the one is stale that is stale for the longest time',
  ['reason'],
)

export type StaleEvents = ReturnType<typeof createStaleEvents>

export function createStaleEvents(log: Log) {
  return {
    schedulesMarkedStale: (schedules: number) =>
      log.info({ schedules }, 'schedules are stale, or stale for another reason'),
    staleCounted(schedules: number, stale: { reason: Reason; count: number; oldestMs: number }[]) {
      let all = 0
      for (const { reason, count, oldestMs } of stale) {
        all += count
        staleSchedules.set({ reason }, count)
        staleSeconds.set({ reason }, Math.max(0, oldestMs) / 1000)
      }
      freshRatio.set(schedules === 0 ? 1 : Math.max(0, 1 - all / schedules))
    },
    staleSweepFailed: (err: unknown) => log.error({ err }, 'the sweep for stale schedules failed'),
  }
}
