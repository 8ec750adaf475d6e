const DAY_MS = 24 * 3600 * 1000

/** How often a sync runs: after equal intervals, or at the times of a cron expression. */
export type Frequency = { kind: 'every'; ms: number } | Cron

export type Cron = { kind: 'cron'; expression: string; zone: string }

/** The shortest and the longest time between two runs. */
export type Limits = { minMs: number; maxMs: number }

export const frequencyLimits: Limits = { minMs: 30_000, maxMs: 31 * DAY_MS }
