import { AppError } from '@syncline/errors'
import { formatFrequency, type Limits, parseFrequency } from '@syncline/frequency'
import { InvalidRequest } from '../http/invalid-request.ts'

/** The frequency as it is stored and shown; one that is not allowed is the fault of the field at `path`. */
export function checkFrequency(text: string, limits: Limits, path: string[]): string {
  try {
    return formatFrequency(parseFrequency(text, limits))
  } catch (error) {
    throw error instanceof AppError ? InvalidRequest.body(path, error.message) : error
  }
}
