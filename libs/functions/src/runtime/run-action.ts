import { ActionError } from '@syncline/function-types'
import type { Host } from '@syncline/sandbox'
import { createActionNango } from './action-nango.ts'
import { type Issue, validated } from './action-schema.ts'
import type { Definitions } from './evaluate.ts'
import type { Facts } from './run-facts.ts'

/** How an action ended, as data: the runner checks its shape. What else is thrown becomes an error of the run. */
export type ActionOutput =
  | { kind: 'done'; output: unknown }
  | { kind: 'invalid_input' | 'invalid_output'; issues: Issue[] }
  | { kind: 'refused'; message: string; payload: unknown }
  | { kind: 'http_error'; message: string; upstream: unknown }

/** Of an API's answer, in the error that its caller gets. */
const UPSTREAM_CHARS = 64 * 1024

/** Gives the function an input that fits its schema, and returns an output that fits its schema. */
export async function runAction(
  definition: Definitions['action'],
  facts: Facts,
  given: unknown,
  host: Host,
): Promise<ActionOutput> {
  const input = await validated(definition.input, given)
  if (input.issues) return { kind: 'invalid_input', issues: input.issues }
  return withKnownErrors(async () => {
    const returned = await definition.exec(createActionNango(facts, host), input.value)
    const output = await validated(definition.output, returned)
    if (output.issues) return { kind: 'invalid_output', issues: output.issues }
    return { kind: 'done', output: output.value ?? null }
  })
}

/** Runs the function of an event, which takes nothing; nobody gets what it returns. */
export function runOnEvent(
  definition: Definitions['onEvent'],
  facts: Facts,
  host: Host,
): Promise<ActionOutput> {
  return withKnownErrors(async () => {
    await definition.exec(createActionNango(facts, host, 'on-event'))
    return { kind: 'done', output: null }
  })
}

async function withKnownErrors(work: () => Promise<ActionOutput>): Promise<ActionOutput> {
  try {
    return await work()
  } catch (error) {
    const known = asOutput(error)
    if (known === undefined) throw error
    return known
  }
}

/** Errors by their fields: a bundle has a class `ActionError` of its own. */
function asOutput(error: unknown): ActionOutput | undefined {
  if (!(error instanceof Error)) return undefined
  const { message } = error
  if ('type' in error && error.type === new ActionError('').type && 'payload' in error) {
    return { kind: 'refused', message, payload: error.payload }
  }
  if (!('isAxiosError' in error) || !('response' in error)) return undefined
  const { status, headers, data } = error.response as Record<string, unknown>
  return {
    kind: 'http_error',
    message,
    upstream: { status, headers: shownHeaders(headers), body: shortened(data) },
  }
}

/** Others may hold cookies of the API. */
function shownHeaders(headers: unknown): Record<string, unknown> {
  const shown = Object.entries(Object(headers)).filter(([name]) =>
    /^(content-type|retry-after|x-request-id|x-correlation-id|x-rate.*)$/.test(name),
  )
  return Object.fromEntries(shown)
}

function shortened(body: unknown): unknown {
  if (ArrayBuffer.isView(body)) return undefined
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '')
  return text.length <= UPSTREAM_CHARS ? body : `${text.slice(0, UPSTREAM_CHARS).toWellFormed()}…`
}
