import { AppError } from '@syncline/errors'
import type { ActionResult } from '@syncline/proto'
import type { Outcome } from '@syncline/sandbox'
import { z } from 'zod'

const MESSAGE_CHARS = 4000
const NOTHING = Buffer.alloc(0)

const message = z.string().transform((text) => text.slice(0, MESSAGE_CHARS))
const issues = z
  .array(z.object({ code: z.string(), message: z.string(), path: z.array(z.string()) }))
  .max(100)
const upstream = z.object({
  status: z.int().catch(0),
  headers: z.record(z.string(), z.string()).catch({}),
  body: z.unknown(),
})

/** An `ActionOutput` of a child. It is not trusted: what it says is checked, and concerns its own caller only. */
const Output = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), output: z.unknown() }),
  z.object({ kind: z.enum(['invalid_input', 'invalid_output']), issues }),
  z.object({ kind: z.literal('refused'), message, payload: z.unknown() }),
  z.object({ kind: z.literal('http_error'), message, upstream }),
])

/** How an action ended, as its caller gets it. */
export function resultOf(outcome: Outcome): ActionResult {
  if (outcome.kind === 'failed') return failure('action_failed', outcome.error.message)
  if (outcome.kind === 'timed_out') return failure('action_timed_out', outcome.message)
  if (outcome.kind !== 'success') return failure('action_failed', outcome.message)
  const parsed = Output.safeParse(outcome.output)
  if (!parsed.success) return failure('action_failed', "the function gave a result that is not its harness's")
  const { data } = parsed
  switch (data.kind) {
    case 'done':
      return success(data.output)
    case 'invalid_input':
      return failure('invalid_action_input', `input: ${inWords(data.issues)}`, { errors: data.issues })
    case 'invalid_output':
      return failure('action_failed', `output: ${inWords(data.issues)}`, { errors: data.issues })
    case 'refused':
      return failure('action_failed', data.message, { payload: data.payload })
    case 'http_error':
      return failure('script_http_error', data.message, { upstream: data.upstream })
  }
}

/** Of an error on our side, before or while the function ran. */
export function resultOfError(error: unknown): ActionResult {
  const known = error instanceof AppError ? error : undefined
  return failure(known?.code ?? 'unavailable', known?.message ?? 'the action could not be begun: try again')
}

export function inDoubt(why: string): ActionResult {
  return failure('in_doubt', `the outcome of the action is in doubt: ${why}. It may have taken effect`)
}

export function timedOut(ms: number): ActionResult {
  return failure('action_timed_out', `the action was stopped: it did not end within ${ms / 1000} s`)
}

function success(output: unknown): ActionResult {
  const bytes = Buffer.from(JSON.stringify(output ?? null))
  return { code: '', message: '', output: bytes, details: NOTHING, stored: false }
}

function failure(code: string, text: string, details?: object): ActionResult {
  const bytes = details === undefined ? NOTHING : Buffer.from(JSON.stringify(details))
  return { code, message: text.slice(0, MESSAGE_CHARS), output: NOTHING, details: bytes, stored: false }
}

function inWords(all: z.infer<typeof issues>): string {
  return all.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ')
}
