import type { Capacity } from '@syncline/api'
import type { Limit } from '@syncline/proto'
import { instant } from '../answers/instant.ts'
import type { Handler } from '../http/handler.ts'

export const getCapacity: Handler<'getCapacity'> = async ({ scheduler }, { environment }) => {
  const {
    environment: own,
    integrations,
    syncs,
    runners,
    waitingByLane,
    waitingByReason,
  } = await scheduler.ask((schedules, options) => schedules.getCapacity({ environment }, options))
  if (own === undefined) throw new Error('the scheduler told a capacity without its environment')
  return {
    environment: limitAnswer(own),
    integrations: integrations.map(limitAnswer),
    syncs: syncs.map(limitAnswer),
    runners: runners.map(({ id, sandbox, slots, reservedSlots, busy, seenAtMs }) => ({
      ...{ id, sandbox, slots, busy },
      reserved_slots: reservedSlots,
      seen_at: instant(seenAtMs),
    })),
    waiting: {
      lanes: { triggered: 0, first: 0, fresh: 0, ...waitingByLane },
      reasons: {
        environment_full: waitingByReason?.environmentFull ?? 0,
        integration_full: waitingByReason?.integrationFull ?? 0,
        no_runner: waitingByReason?.noRunner ?? 0,
      },
    },
  }
}

function limitAnswer({ name, maxRuns, running, waiting, weight }: Limit): Capacity['environment'] {
  return { name, max_runs: maxRuns || null, running, waiting, weight }
}
