import type { Catalog, Sync } from '@syncline/catalog'
import { checkSchema, REDIS_SCHEMA, type Redis, redisCall, setSchema, waitForMutex } from '@syncline/redis'
import { inChunks } from '../in-chunks.ts'
import { type Definitions, definitionFields } from '../reconcile/definitions.ts'
import type { ScheduleEvents } from '../schedule-events.ts'
import type { CleaningStore } from '../store/cleaning-store.ts'
import { CHANGED_AT_ONCE, type ScheduleStore } from '../store/schedule-store.ts'
import { migrated, OldLayout, type OldSchedule } from './old-layout.ts'

/** Whose schedules are read together. */
const CONNECTIONS = 50
const PROGRESS_MS = 5000
/** Of a sync that is gone: its schedules are removed with their records as soon as the catalog is compared. */
const SELDOM = 'every day'

interface Deps {
  redis: Redis
  prefix: string
  schedules: ScheduleStore
  cleanings: CleaningStore
  definitions: Definitions
  catalog: Catalog
  events: ScheduleEvents
}

/**
 * Moves what an earlier build kept in Redis to the present layout, before anything else is done. The history of runs is dropped;
 * runs that were under way end as LOST and begin again. One instance does it, and the others wait. Schedules are written first and
 * then dropped from the old layout, so that it goes on where it was if it is interrupted.
 */
export async function migrate(deps: Deps, signal?: AbortSignal): Promise<void> {
  const { redis, prefix, events } = deps
  if ((await checkSchema(redis, prefix, REDIS_SCHEMA)) === REDIS_SCHEMA) return
  const mutex = { redis, key: `{${prefix}}:mutex:migrate` }
  await using _held = await waitForMutex(mutex, { ...(signal && { signal }), onWait: events.migrationWaits })
  if ((await checkSchema(redis, prefix, REDIS_SCHEMA)) === REDIS_SCHEMA) return
  const old = new OldLayout(redis, prefix)
  const environments = await redisCall(old.environments())
  if (environments.length > 0) await new Migration(deps, old).run(environments, signal)
  await setSchema(redis, prefix, REDIS_SCHEMA)
}

class Migration {
  readonly #deps: Deps
  readonly #old: OldLayout
  readonly #defs = new Map<string, { def: string; models: Set<string>; fresh: string | undefined }>()
  #schedules = 0
  #lost = 0
  #toldAt = performance.now()

  constructor(deps: Deps, old: OldLayout) {
    this.#deps = deps
    this.#old = old
  }

  async run(environments: string[], signal: AbortSignal | undefined): Promise<void> {
    const { cleanings, events } = this.#deps
    const startedAt = performance.now()
    events.migrationStarted(environments.length)
    for (const environment of environments) {
      for await (const found of this.#old.schedules(environment, CONNECTIONS)) {
        signal?.throwIfAborted()
        for (const some of inChunks(found, CHANGED_AT_ONCE)) await this.#write(environment, some)
      }
      await cleanings.add(environment, await this.#old.cleanings(environment))
      await this.#old.dropEnvironment(environment)
    }
    events.migrationEnded({ schedules: this.#schedules, lost: this.#lost, ms: performance.now() - startedAt })
  }

  async #write(environment: string, found: OldSchedule[]): Promise<void> {
    const { schedules, events } = this.#deps
    const now = schedules.now()
    const rows = []
    for (const schedule of found) {
      const { def, fresh } = await this.#definitionOf(environment, schedule)
      rows.push(migrated(schedule, def, now, fresh))
    }
    const { written, lost } = await schedules.migrate(rows)
    this.#schedules += written
    this.#lost += lost
    if (performance.now() - this.#toldAt < PROGRESS_MS) return
    this.#toldAt = performance.now()
    events.migrationProgress(environment, this.#schedules)
  }

  async #definitionOf(environment: string, { fields }: OldSchedule) {
    const { integration = '', sync: name = '', models: json = '[]' } = fields
    const key = `${integration}/${name}/${environment}`
    const models: string[] = JSON.parse(json)
    const known = this.#defs.get(key)
    if (known && models.every((model) => known.models.has(model))) return known
    const { catalog, definitions, schedules } = this.#deps
    const sync = await catalog.syncs.find(environment, integration, name)
    const deployed = sync && (await definitions.write(sync))
    const own = deployed ? definitionFields(deployed.sync) : oldFields(fields.default ?? '')
    const all = new Set([...(known?.models ?? []), ...models])
    const names = { environment, integration, sync: name }
    const { number: def } = await schedules.setDefinition(names, own, [...all])
    const definition = { def, models: all, fresh: sync?.fresh }
    this.#defs.set(key, definition)
    return definition
  }
}

/** Of a definition whose sync is not in the catalog, or can't be read there. */
function oldFields(frequency: string): Record<string, string | number> {
  const sync = { retries: 0, overlap: 'skip' } as Sync // what definitionFields reads beside the frequency is absent
  try {
    return definitionFields({ ...sync, frequency })
  } catch {
    return definitionFields({ ...sync, frequency: SELDOM })
  }
}
