import { STAT_POINTS, type StatPoint, statSteps } from '@syncline/api'
import { checkNames } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import type { RunStats } from '@syncline/proto'
import { instant } from '../answers/instant.ts'
import { outcomeName } from '../answers/run-answer.ts'
import type { Handler } from '../http/handler.ts'
import { FACTS_DEADLINE_MS } from '../run-list/facts-or-none.ts'

const DAY_MS = 24 * 3_600_000
/** Of an answer whose step nobody chose. Steps of hours are of sums that are there already. */
const POINTS = 300
const POINTS_OF_HOURS = 400
const HOUR_SECONDS = 3600

export const getStats: Handler<'getStats'> = async ({ catalog, runFacts }, { environment, query }) => {
  const { provider_config_key: integration, connection_id: connection, sync_name: name, variant } = query
  if (integration !== undefined) {
    const syncs = name === undefined ? [] : [{ name, variant: variant ?? 'base' }]
    await checkNames(catalog, environment, { integration, connection, syncs })
  }
  const to = query.to === undefined ? Date.now() : Date.parse(query.to)
  const from = query.from === undefined ? to - DAY_MS : Date.parse(query.from)
  const time = stepsOf(from, to, query.step)
  const { points } = await runFacts.getRunStats(
    {
      ...{ environment, providerConfigKey: integration ?? '', connectionId: connection ?? '' },
      ...{ sync: name ?? '', variant: variant ?? '', ...time },
    },
    { deadline: FACTS_DEADLINE_MS },
  )
  return { step_seconds: time.stepMs / 1000, points: allPoints(points, time) }
}

interface Steps {
  stepMs: number
  fromMs: number
  toMs: number
}

/** Whole steps that cover the time. */
export function stepsOf(from: number, to: number, seconds: number | undefined): Steps {
  if (from >= to) throw new AppError('invalid_query_params', 'to must be later than from')
  const cover = (step: number): Steps => {
    const stepMs = step * 1000
    return { stepMs, fromMs: Math.floor(from / stepMs) * stepMs, toMs: Math.ceil(to / stepMs) * stepMs }
  }
  const count = ({ stepMs, fromMs, toMs }: Steps) => (toMs - fromMs) / stepMs
  if (seconds === undefined) {
    for (const step of statSteps) {
      const steps = cover(step)
      if (count(steps) <= (step < HOUR_SECONDS ? POINTS : POINTS_OF_HOURS)) return steps
    }
    throw new AppError(
      'invalid_query_params',
      `from and to are too far apart: ${POINTS_OF_HOURS} weeks at most`,
    )
  }
  const steps = cover(seconds)
  if (count(steps) <= STAT_POINTS) return steps
  throw new AppError(
    'invalid_query_params',
    `step ${seconds} makes ${count(steps)} points between from and to, and ${STAT_POINTS} are allowed: give a longer one, or none`,
  )
}

const none = { runs: {}, records: { added: 0, updated: 0, deleted: 0 }, wait_ms: null, duration_ms: null }

function allPoints(points: RunStats[], { stepMs, fromMs, toMs }: Steps): StatPoint[] {
  const known = new Map(points.map((point) => [point.atMs, point]))
  return Array.from({ length: (toMs - fromMs) / stepMs }, (_, i) => {
    const at = fromMs + i * stepMs
    const point = known.get(at)
    if (point === undefined) return { at: instant(at), ...none }
    const { added, updated, deleted } = point
    return {
      at: instant(at),
      runs: Object.fromEntries(point.runs.map(({ outcome, count }) => [outcomeName(outcome), count])),
      records: { added, updated, deleted },
      wait_ms: point.waitMs ?? null,
      duration_ms: point.durationMs ?? null,
    }
  })
}
