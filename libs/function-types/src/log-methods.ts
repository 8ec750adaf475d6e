import type { z } from 'zod'

/** The run's log. */
export interface LogMethods {
  /** A line in the run's log: `log('text', { more: 1 }, { level: 'warn' })`. */
  log(message: unknown, ...details: unknown[]): Promise<void>
  setLogger(options: { level: LogLevel | 'off' }): void
  zodValidateInput<T extends z.ZodType>(request: {
    zodSchema: T
    input: unknown
  }): Promise<{ data: z.infer<T> }>
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
