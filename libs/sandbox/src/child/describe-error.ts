import type { ChildError } from '../messages.ts'

const MESSAGE_CHARS = 4000
const STACK_CHARS = 8000

/** What was thrown, as data. It may be anything: also an object whose every property throws. */
export function describeError(thrown: unknown): ChildError {
  try {
    if (!(thrown instanceof Error)) return { name: 'Error', message: asText(thrown).slice(0, MESSAGE_CHARS) }
    const code = 'code' in thrown && thrown.code !== undefined ? String(thrown.code) : undefined
    return {
      name: String(thrown.name),
      message: String(thrown.message).slice(0, MESSAGE_CHARS),
      ...(typeof thrown.stack === 'string' && { stack: thrown.stack.slice(0, STACK_CHARS) }),
      ...(code !== undefined && { code }),
    }
  } catch {
    return { name: 'Error', message: 'the function threw something that cannot be shown' }
  }
}

function asText(thrown: unknown): string {
  return typeof thrown === 'object' ? (JSON.stringify(thrown) ?? 'undefined') : String(thrown)
}
