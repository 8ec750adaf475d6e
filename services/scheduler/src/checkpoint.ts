import { AppError } from '@syncline/errors'
import { z } from 'zod'

const FIELDS_MAX = 16
const NAME_MAX = 255
const TEXT_MAX = 4000

const Flat = z.record(z.string(), z.unknown())

/** A flat object of text, numbers and booleans, or nothing. Fails with `invalid_checkpoint`. */
export function checkCheckpoint(json: string): void {
  if (json === '') return
  const fields = Object.entries(parse(json))
  if (fields.length > FIELDS_MAX)
    throw invalid(`it has ${fields.length} fields; at most ${FIELDS_MAX} are kept`)
  for (const [name, value] of fields) {
    if (name.length === 0 || name.length > NAME_MAX) {
      throw invalid(
        `field '${name.slice(0, 40)}' has a name of ${name.length} characters; 1 to ${NAME_MAX} are allowed`,
      )
    }
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw invalid(`field '${name}' is ${kindOf(value)}; text, numbers and booleans are kept`)
    }
    if (typeof value === 'string' && value.length > TEXT_MAX) {
      throw invalid(`field '${name}' has ${value.length} characters; at most ${TEXT_MAX} are kept`)
    }
  }
}

function parse(json: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new AppError('invalid_checkpoint', 'the checkpoint is not JSON', { cause })
  }
  const object = Flat.safeParse(value)
  if (!object.success) throw invalid(`it is ${kindOf(value)}, not an object`)
  return object.data
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function invalid(what: string): AppError {
  return new AppError('invalid_checkpoint', `the checkpoint can't be saved: ${what}`)
}
