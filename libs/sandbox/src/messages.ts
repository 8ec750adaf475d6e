import { z } from 'zod'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** Why a function ended, or why the parent refused a call. */
export const ChildError = z.object({
  name: z.string(),
  message: z.string(),
  stack: z.string().optional(),
  code: z.string().optional(),
})
export type ChildError = z.infer<typeof ChildError>

/** What a child may say. It is not trusted: each message is parsed, and anything else ends the run. */
export const FromChild = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ready') }),
  z.object({ t: z.literal('call'), id: z.int().positive(), method: z.string(), params: z.unknown() }),
  z.object({ t: z.literal('log'), level: z.enum(logLevels), text: z.string() }),
  z.object({ t: z.literal('pong') }),
  z.object({ t: z.literal('returned'), output: z.unknown() }),
  z.object({ t: z.literal('threw'), error: ChildError }),
])
export type FromChild = z.infer<typeof FromChild>

export type ToChild =
  | { t: 'run'; input: unknown; limits: ChildLimits }
  | { t: 'answer'; id: number; value: unknown }
  | { t: 'refusal'; id: number; error: ChildError }
  | { t: 'ping' }

/** Kept by the child itself, so that a well-meant function gets a clear error instead of its end. */
export interface ChildLimits {
  frameBytes: number
  outputBytes: number
  callsInFlight: number
  logLines: number
  logChars: number
}
