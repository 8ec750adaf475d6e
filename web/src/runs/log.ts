import type { LogLine } from '@syncline/api'

export interface Log {
  lines: LogLine[]
  /** Of the last line: later lines are behind it. Absent: there is no line yet. */
  cursor: string | undefined
  /** Lines at the beginning that are not kept. */
  dropped: number
}

/** As many as the API gives at once, and as many again while the run goes on. */
export const LOG_LINES_MAX = 20_000

export const emptyLog: Log = { lines: [], cursor: undefined, dropped: 0 }

/** A log with the lines that came after it. It is the same object when there are none. */
export function withPage(
  log: Log,
  page: { lines: LogLine[]; next_cursor: string | null },
  max = LOG_LINES_MAX,
): Log {
  if (page.lines.length === 0) return log
  const lines = [...log.lines, ...page.lines]
  const tooMany = Math.max(0, lines.length - max)
  return {
    lines: tooMany > 0 ? lines.slice(tooMany) : lines,
    cursor: page.next_cursor ?? log.cursor,
    dropped: log.dropped + tooMany,
  }
}

export type LogLevel = LogLine['level']
export const logLevels = ['debug', 'info', 'warn', 'error'] as const satisfies LogLevel[]

/** Lines of a level and above that contain a text, in any case. */
export function filterLines(lines: LogLine[], least: LogLevel, text: string): LogLine[] {
  const wanted = text.trim().toLowerCase()
  if (least === 'debug' && wanted === '') return lines
  const from = logLevels.indexOf(least)
  return lines.filter(
    ({ level, message }) =>
      logLevels.indexOf(level) >= from && (wanted === '' || message.toLowerCase().includes(wanted)),
  )
}

/** The log as text, as `syncline logs` prints it. */
export const logText = (lines: readonly LogLine[]): string =>
  lines.map(({ at, level, message }) => `${at} ${level.padEnd(5)} ${message}`).join('\n')
