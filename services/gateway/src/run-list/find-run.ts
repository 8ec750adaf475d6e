import type { ListedRun } from '@syncline/api'
import { AppError } from '@syncline/errors'
import { listedRun, pastRun } from '../answers/run-answer.ts'
import type { Dependencies } from '../dependencies.ts'
import { FACTS_DEADLINE_MS } from './facts-or-none.ts'

/** The scheduler knows more of the runs that it keeps, and alone knows those that have not ended. */
export async function findRun(
  { scheduler, runFacts }: Dependencies,
  environment: string,
  runId: string,
): Promise<ListedRun> {
  const request = { environment, runId }
  const asked = await scheduler
    .askOrNone((schedules, options) => schedules.getRun(request, options))
    .catch(unknown)
  if (asked && asked !== 'unknown') return listedRun(asked)
  const past = await runFacts.getRunFact(request, { deadline: FACTS_DEADLINE_MS }).catch(unknown)
  if (past !== 'unknown') return pastRun(past)
  if (asked === 'unknown') throw new AppError('unknown_run', `there is no run '${runId}'`)
  throw new AppError('unavailable', 'the scheduler does not answer at the moment: try again')
}

function unknown(error: unknown): 'unknown' {
  if (error instanceof AppError && error.code === 'unknown_run') return 'unknown'
  throw error
}
