import { type DestinationStream, type Logger, pino } from 'pino'
import { standardOutput } from './standard-output.ts'

export type Log = Logger

/** JSON lines on stdout. Call sites log ids and counts; what is redacted here is the second line of defence. */
export function createLog(service: string, level = 'info', destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['authorization', '*.authorization', 'credentials', '*.credentials', 'payload', '*.payload'],
        censor: '[redacted]',
      },
    },
    destination ?? standardOutput(),
  )
}
