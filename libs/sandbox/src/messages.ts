import { z } from 'zod'
import { truncated } from './truncated.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** Of a text in an error. What is longer is cut, by the child and by the parent. */
export const ERROR_CHARS = { name: 200, message: 4000, stack: 8000 }

const cut = (chars: number) => z.string().transform((text) => truncated(text, chars))

/** Why a function ended. It has no code: a child could forge any. */
export const ThrownError = z.object({
  name: cut(ERROR_CHARS.name),
  message: cut(ERROR_CHARS.message),
  stack: cut(ERROR_CHARS.stack).optional(),
})
export type ThrownError = z.infer<typeof ThrownError>

/** Why the parent refused a call. */
export interface Refusal {
  name: string
  message: string
  code?: string
}

/** What a child may say. It is not trusted: each message is parsed, and anything else ends the run. */
export const FromChild = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ready') }),
  z.object({ t: z.literal('call'), id: z.int().positive(), method: z.string(), params: z.unknown() }),
  z.object({ t: z.literal('log'), level: z.enum(logLevels), text: z.string() }),
  z.object({ t: z.literal('pong') }),
  z.object({ t: z.literal('returned'), output: z.unknown() }),
  z.object({ t: z.literal('threw'), error: ThrownError }),
])
export type FromChild = z.infer<typeof FromChild>

export type ToChild =
  | { t: 'run'; input: unknown; limits: ChildLimits }
  /** With `text`, the next frame is no message but its bytes. */
  | { t: 'answer'; id: number; value: unknown; text?: { path: string[]; encoding: TextEncoding } }
  | { t: 'refusal'; id: number; error: Refusal }
  | { t: 'ping' }

export type TextEncoding = 'utf8' | 'base64'

/** Kept by the child itself, so that a well-meant function gets a clear error instead of its end. */
export interface ChildLimits {
  frameBytes: number
  nesting: number
  outputBytes: number
  callsInFlight: number
  logLines: number
  logChars: number
}
