import { AppError } from '@syncline/errors'
import { runningAttempt, toldAttempt } from '../answers/attempt-answer.ts'
import type { Handler } from '../http/handler.ts'

export const listAttempts: Handler<'listAttempts'> = async (
  { records, scheduler },
  { environment, params: { id: runId } },
) => {
  const [{ attempts }, run] = await Promise.all([
    records.listAttempts({ environment, runId }),
    // One that nobody keeps any more may have attempts that are kept.
    scheduler
      .ask((schedules, options) => schedules.getRun({ environment, runId }, options))
      .catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'unknown_run') return undefined
        throw error
      }),
  ])
  const told = attempts.map(toldAttempt)
  const isTold = attempts.some(({ attempt }) => attempt === run?.attempt)
  return { attempts: run?.state === 'RUN_STATE_RUNNING' && !isTold ? [...told, runningAttempt(run)] : told }
}
