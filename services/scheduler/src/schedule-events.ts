import { type Log, metrics } from '@syncline/service'

const NAMED_MAX = 5

const commands = metrics.counter('commands_total', 'Commands by result', ['action', 'result'])
const seconds = metrics.histogram(
  'reconcile_seconds',
  'How long it took to compare all schedules with the catalog',
  [0.01, 0.1, 0.5, 1, 5, 30, 120],
)

export type ScheduleEvents = ReturnType<typeof createScheduleEvents>

/** What happens to schedules by the catalog and by commands. Many at a time are one line, which names some of them. */
export function createScheduleEvents(log: Log) {
  const some = (schedules: string[]) => ({
    count: schedules.length,
    schedules: schedules.slice(0, NAMED_MAX),
  })
  return {
    schedulesCreated: (environment: string, sync: string, variant: string, schedules: string[]) =>
      log.info({ environment, sync, variant, ...some(schedules) }, 'schedules created'),
    schedulesRemoved: (environment: string, reason: string, schedules: string[]) =>
      log.info({ environment, reason, ...some(schedules) }, 'schedules removed'),
    schedulesBlocked: (environment: string, schedules: string[]) =>
      log.warn(
        { environment, ...some(schedules) },
        'schedules blocked: their connections need new credentials',
      ),
    schedulesUnblocked: (environment: string, schedules: string[]) =>
      log.info({ environment, ...some(schedules) }, 'schedules not blocked any more'),
    slotsPlaced: (environment: string, sync: string, count: number) =>
      log.info({ environment, sync, count }, 'slots of schedules placed by another frequency'),
    orphansFound: (count: number) =>
      log.info({ count }, 'schedules found whose connection or sync is not in the catalog'),
    frequencyUnreadable: (environment: string, sync: string, err: unknown) =>
      log.error({ environment, sync, err }, 'sync has no readable frequency and is not scheduled'),
    environmentUnknown: (environment: string) =>
      log.error({ environment }, 'the catalog has lost an environment: its schedules stay as they are'),
    reconciled(ms: number) {
      seconds.observe(ms / 1000)
      log.debug({ ms }, 'all schedules compared with the catalog')
    },
    reconcileFailed: (err: unknown) =>
      log.error({ err }, 'schedules could not be made to follow the catalog'),
    streamsEmptied: (environment: string, count: number) =>
      log.info({ environment, count }, 'records of removed schedules removed'),
    cleaningFailed: (environment: string, count: number, err: unknown) =>
      log.warn({ environment, count, err }, 'records of removed schedules are still there: tried again'),
    sweepFailed: (err: unknown) => log.error({ err }, 'sweep failed'),
    commandDone(action: string, environment: string, id: string, result: string) {
      commands.inc({ action, result })
      log.info({ action, environment, command: id, result }, 'command applied')
    },
    commandFailed: (err: unknown) => log.error({ err }, 'command not applied'),
    migrationStarted: (environments: number) =>
      log.info(
        { environments },
        'schedules of an earlier version are moved to another layout of Redis; the history of their runs is dropped',
      ),
    migrationProgress: (environment: string, schedules: number) =>
      log.info({ environment, schedules }, 'schedules moved so far'),
    migrationEnded: (facts: { schedules: number; lost: number; ms: number }) =>
      log.info(facts, 'all schedules were moved; runs that were under way are lost and begin again'),
    migrationWaits: () => log.info('another scheduler moves the schedules to the new layout: waiting for it'),
  }
}
