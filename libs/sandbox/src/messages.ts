import { z } from 'zod'
import { ERROR_CHARS } from './error-chars.ts'
import { truncated } from './truncated.ts'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

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

const run = z.int().positive()

/**
 * What a child may say. It is not trusted: each message is parsed, and anything else ends it. What it says about a run
 * carries the number of that run: nothing that an earlier run has left behind can speak for a later one.
 */
export const FromChild = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ready') }),
  z.object({ t: z.literal('pong') }),
  z.object({
    t: z.literal('call'),
    run,
    id: z.int().positive(),
    method: z.string(),
    params: z.unknown().optional(),
  }),
  z.object({ t: z.literal('log'), run, level: z.enum(logLevels), text: z.string() }),
  z.object({ t: z.literal('returned'), run, output: z.unknown().optional() }),
  z.object({ t: z.literal('threw'), run, error: ThrownError }),
  /** After the result of a run, from a child that may get another one; `left` says what the run has left behind, if anything. */
  z.object({
    t: z.literal('settled'),
    run,
    left: cut(ERROR_CHARS.name).optional(),
    codeCache: z.base64().optional(),
  }),
])
export type FromChild = z.infer<typeof FromChild>

export type ToChild = ForRealm | RunMessage | { t: 'ping' }

/** The next frames are what `attached` names: the text of the run's bundle, and what V8 has compiled of it before. */
export interface RunMessage {
  t: 'run'
  run: number
  input: unknown
  limits: ChildLimits
  attached: ('bundle' | 'codeCache')[]
  /** Another run may follow: the child says `settled` when this one is over. */
  isKept: boolean
  /** `settled` carries the code cache of the bundle. */
  wantsCodeCache: boolean
}

/** For the realm of the run, which parses them by itself. */
export type ForRealm =
  | { t: 'answer'; id: number; value: unknown }
  /** The next frame is the bytes of a text in the value. */
  | { t: 'answer_with_text'; id: number; value: unknown; path: string[]; encoding: TextEncoding }
  | { t: 'refusal'; id: number; error: Refusal }

export type TextEncoding = 'utf8' | 'base64'

/** Kept by the child itself, so that a well-meant function gets a clear error instead of its end. */
export interface ChildLimits {
  frameBytes: number
  nesting: number
  names: number
  parts: number
  outputBytes: number
  callsInFlight: number
  logLines: number
  logChars: number
}
