import { type Redis, script } from '@syncline/redis'

type Hash = Record<string, string>

interface Found {
  hashes: Map<string, Hash>
  sorted: Map<string, Map<string, number>>
}

/**
 * Recounts all that the scheduler keeps in Redis, from the runs and schedules themselves. Returns what contradicts itself; between two
 * scripts nothing may.
 */
export async function checkState(redis: Redis, prefix: string, defaultMaxRuns: number): Promise<string[]> {
  const base = `{${prefix}}:`
  const found = await readAll(redis, base)
  const problems: string[] = []
  const must = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem)
  }
  const named = (start: string) => [...found.hashes].filter(([key]) => key.startsWith(start))
  const sorted = (key: string) => found.sorted.get(key) ?? new Map<string, number>()
  const runs = new Map(named('r:').map(([key, run]) => [key.slice(2), run]))
  const limits = limitsOf(found, defaultMaxRuns)

  const leaves = [...found.sorted.keys()].filter((key) => /^ready:[^/]*\/[^/]*\/[^/]*\/[^/]*$/.test(key))
  const places = new Map<string, string[]>()
  for (const key of [
    ...leaves,
    ...[...found.sorted.keys()].filter((name) => name.startsWith('full:')),
    'delayed',
  ]) {
    for (const id of sorted(key).keys()) places.set(id, [...(places.get(id) ?? []), key])
  }
  for (const [id, at] of places) must(runs.has(id), `'${id}' waits in ${at} and is no run`)
  for (const id of sorted('leases').keys()) must(runs.has(id), `'${id}' has a lease and is no run`)
  for (const [key, on] of named('on:')) {
    for (const id of Object.keys(on)) {
      const run = runs.get(id)
      must(run?.state === 'RUNNING' && `on:${run.runner}` === key, `'${id}' is no run of ${key}`)
    }
  }

  const counts = new Map<string, { running: number; waiting: number }>()
  const waitingIn = new Map<string, number>()
  for (const [id, run] of runs) {
    must(sorted('leases').has(id), `run '${id}' has no lease`)
    const at = places.get(id) ?? []
    if (run.state === 'RUNNING') {
      must(at.length === 0, `run '${id}' runs and waits in ${at}`)
      must(found.hashes.get(`on:${run.runner}`)?.[id] !== undefined, `run '${id}' is on no runner`)
    } else {
      must(at.length === 1, `run '${id}' waits in ${at.length} places: ${at}`)
    }
    const schedule = found.hashes.get(`s:${id.slice(0, id.lastIndexOf('-'))}`)
    must(
      schedule?.active === '1' && id.endsWith(`-${schedule.number}`),
      `run '${id}' is not the active one of its schedule`,
    )
    for (const key of limitKeys(run)) {
      const count = counts.get(key) ?? { running: 0, waiting: 0 }
      if (run.state === 'RUNNING') count.running++
      else if (at[0] !== 'delayed') count.waiting++
      counts.set(key, count)
    }
    if (run.state !== 'RUNNING' && at[0] !== 'delayed') {
      const key = `env:${run.environment}/${run.lane}`
      waitingIn.set(key, (waitingIn.get(key) ?? 0) + 1)
    }
    if (at.length === 1 && at[0]?.startsWith('ready:'))
      problems.push(...unreachable(id, run, at[0], sorted, limits))
  }
  for (const [key, environment] of named('env:')) {
    for (const lane of ['triggered', 'first', 'fresh']) {
      const says = Number(environment[`waiting_${lane}`] ?? 0)
      const recounted = waitingIn.get(`${key}/${lane}`) ?? 0
      must(says === recounted, `${key} says ${says} waiting in lane ${lane}, and there are ${recounted}`)
    }
  }
  for (const key of new Set([...counts.keys(), ...limits.keys()])) {
    const { running, waiting } = limits.get(key) ?? { running: 0, waiting: 0 }
    const recounted = counts.get(key) ?? { running: 0, waiting: 0 }
    const says = `${key} says ${running} running, ${waiting} waiting`
    must(
      recounted.running === running && recounted.waiting === waiting,
      `${says}, and there are ${recounted.running}, ${recounted.waiting}`,
    )
  }
  problems.push(...heldUpBySync(found, runs, places, limits))

  const firstDue = new Map<string, number>()
  for (const [key, schedule] of named('s:')) {
    const id = key.slice(2)
    const environment = found.hashes.get(`sync:${schedule.def}`)?.environment ?? ''
    const due = sorted(`due:${environment}`).get(id)
    const blocked = schedule.blocked ?? found.hashes.get(`t:${id}`)?.blocked
    const takesSlots = schedule.state !== 'PAUSED' && blocked === undefined
    must(takesSlots === (due !== undefined), `schedule '${id}' takes slots: ${takesSlots}, due at ${due}`)
    if (due !== undefined)
      firstDue.set(environment, Math.min(due, firstDue.get(environment) ?? Number.POSITIVE_INFINITY))
    if (schedule.active) must(runs.has(`${id}-${schedule.number}`), `schedule '${id}' has no active run`)
    must(
      !schedule.pending || schedule.active === '1',
      `schedule '${id}' has a run pending and none is active`,
    )
  }
  for (const environment of new Set([...firstDue.keys(), ...sorted('due').keys()])) {
    const says = sorted('due').get(environment)
    must(
      says === firstDue.get(environment),
      `environment '${environment}' is due at ${says}, its first schedule at ${firstDue.get(environment)}`,
    )
  }
  return problems
}

const readScript = script(new URL('./read-all.lua', import.meta.url))

/** In one call: tests ask after every step. */
async function readAll(redis: Redis, base: string): Promise<Found> {
  const pattern = `${base.replace(/[[\]*?\\]/g, '\\$&')}*`
  const all = (await readScript(redis, [], [pattern])) as [string, 'hash' | 'zset', string[]][] // read-all.lua
  const found: Found = { hashes: new Map(), sorted: new Map() }
  for (const [key, kind, flat] of all) {
    const name = key.slice(base.length)
    const pairs = Array.from(
      { length: flat.length / 2 },
      (_, i) => [flat[2 * i] ?? '', flat[2 * i + 1] ?? ''] as const,
    )
    if (kind === 'hash') found.hashes.set(name, Object.fromEntries(pairs))
    else found.sorted.set(name, new Map(pairs.map(([member, score]) => [member, Number(score)])))
  }
  return found
}

type Limit = { running: number; waiting: number; max: number }

function limitsOf({ hashes }: Found, defaultMaxRuns: number): Map<string, Limit> {
  const limits = new Map<string, Limit>()
  for (const [key, { running = 0, waiting = 0, max_runs: max }] of hashes) {
    if (!/^(env|int|sync|lane):/.test(key)) continue
    const unlimited = key.startsWith('env:') ? defaultMaxRuns : Number.POSITIVE_INFINITY
    limits.set(key, {
      running: Number(running),
      waiting: Number(waiting),
      max: max ? Number(max) : unlimited,
    })
  }
  return limits
}

function limitKeys(run: Hash): string[] {
  return [
    `env:${run.environment}`,
    `int:${run.environment}/${run.integration}`,
    `sync:${run.def}`,
    `lane:${run.lane}`,
  ]
}

/** A run that is ready is found from the root, unless something on the way is at its limit. */
function unreachable(
  id: string,
  run: Hash,
  leaf: string,
  sorted: (key: string) => Map<string, number>,
  limits: Map<string, Limit>,
): string[] {
  const [environmentKey = '', integrationKey = ''] = limitKeys(run)
  const isFull = (key: string) => {
    const limit = limits.get(key)
    return limit !== undefined && limit.running >= limit.max
  }
  const [environment, lane] = [`ready:${run.environment}`, `ready:${run.environment}/${run.lane}`]
  const integration = `${lane}/${run.integration}`
  if (leaf !== `${integration}/${run.uid}`) return [`run '${id}' waits in ${leaf}`]
  if (!sorted(integration).has(run.uid ?? '')) return [`run '${id}': its connection is not in ${integration}`]
  if (!sorted(lane).has(run.integration ?? '')) {
    return isFull(integrationKey) ? [] : [`run '${id}': its integration is not full, and not in ${lane}`]
  }
  if (!sorted(environment).has(run.lane ?? '')) return [`run '${id}': its lane is not in ${environment}`]
  if (!sorted('ready').has(run.environment ?? '') && !isFull(environmentKey)) {
    return [`run '${id}': its environment is not full, and not in the tree`]
  }
  return []
}

/** If a sync is not full, enough of its runs are in the tree to fill it. */
function heldUpBySync(
  { sorted }: Found,
  runs: Map<string, Hash>,
  places: Map<string, string[]>,
  limits: Map<string, Limit>,
): string[] {
  const problems = []
  for (const [key, held] of sorted) {
    if (!key.startsWith('full:sync:')) continue
    const definition = key.slice('full:sync:'.length)
    const { running = 0, max = Number.POSITIVE_INFINITY } = limits.get(`sync:${definition}`) ?? {}
    const ready = [...runs].filter(
      ([id, run]) => run.def === definition && places.get(id)?.[0]?.startsWith('ready:'),
    ).length
    if (running + ready < Math.min(max, running + ready + held.size)) {
      problems.push(
        `${held.size} runs wait for sync ${definition}, of which ${running} run and ${ready} are ready`,
      )
    }
  }
  return problems
}
