import { AppError } from '@syncline/errors'
import type { RunFactsServiceImplementation } from '@syncline/proto'
import type { CallContext } from 'nice-grpc'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { readClient } from '../clickhouse/read-client.ts'
import { listRunErrors } from '../tables/run-errors.ts'
import { findRunFact, knownTime, listRunFacts } from '../tables/run-fact-list.ts'
import { runStats } from '../tables/run-hours.ts'
import { scheduleActivity } from '../tables/schedule-activity.ts'

/** The calls of run_facts.proto. */
export function runFactsCalls(clickhouse: ClickHouse): RunFactsServiceImplementation {
  const reads = ({ signal }: CallContext) => readClient(clickhouse, signal)
  return {
    async listRunFacts(request, context) {
      const { fromMs: knownFromMs, toMs: knownToMs } = await knownTime(reads(context), request.environment)
      const known = { knownFromMs, knownToMs }
      if (request.behind !== undefined || request.recent)
        return { ...(await listRunFacts(reads(context), request)), ...known }
      if (knownToMs === 0) return { runs: [], isLast: true, ...known }
      const behind = { endedMs: knownToMs, runId: '' }
      return { ...(await listRunFacts(reads(context), { ...request, behind })), ...known }
    },
    async getRunFact({ environment, runId }, context) {
      const found = await findRunFact(reads(context), environment, runId)
      if (found === undefined) throw new AppError('unknown_run', `there is no run '${runId}'`)
      return found
    },
    getRunStats: async (request, context) => ({ points: await runStats(reads(context), request) }),
    listRunErrors: (request, context) => listRunErrors(reads(context), request),
    listScheduleActivity: async (request, context) => ({
      schedules: await scheduleActivity(reads(context), request),
    }),
  }
}
