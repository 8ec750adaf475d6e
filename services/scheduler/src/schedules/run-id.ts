import { AppError } from '@syncline/errors'

/** Of a schedule and a number: others can't be ids of runs. */
export function isRunId(text: string): boolean {
  return /^[0-9a-f]{24}-\d{1,16}$/.test(text)
}

export function unknownRun(id: string): AppError {
  return new AppError('unknown_run', `there is no run '${id}', or it is not kept any more`)
}
