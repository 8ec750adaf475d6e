import type { Firing } from './firing.ts'

/** The counts of one process that takes what fires; answers what counted-process.ts asks. */
export function answerParent(onDisconnect: () => Promise<void>) {
  const schedules = new Set<string>()
  let ended = 0
  let late: number[] = []
  let since = performance.now()
  const reset = () => {
    ended = 0
    late = []
    since = performance.now()
  }
  process.on('message', (what: 'count' | 'reset' | 'take') => {
    const seconds = (performance.now() - since) / 1000
    const firing: Firing = { ended, schedules: schedules.size, seconds, late: what === 'take' ? late : [] }
    if (what === 'reset') reset()
    process.send?.(firing)
  })
  process.on('disconnect', () => void onDisconnect().finally(() => process.exit()))
  return {
    ready: () => process.send?.('ready'),
    taken(schedule: string, lateMs: number) {
      schedules.add(schedule)
      late.push(lateMs)
    },
    ended: () => void ended++,
  }
}
