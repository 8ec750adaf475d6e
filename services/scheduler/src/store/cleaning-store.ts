import { type Held, tryMutex } from '@syncline/redis'
import { load, type State } from './state.ts'

const finished = load('cleaned', 'schedules')

/** A removed schedule whose records have yet to be removed. */
export interface Cleaning {
  id: string
  uid: string
  sync: string
  variant: string
  models: string[]
  /** That the next run would have had: with it the record store shuts out the last one. */
  number: number
  since: number
}

/** What removed schedules have left to do. */
export class CleaningStore {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  now(): number {
    return this.#state.now()
  }

  /** Undefined: another instance sweeps. */
  tryMutex(): Promise<Held | undefined> {
    return this.#state.ask((redis) => tryMutex({ redis, key: this.#state.key('mutex:cleaner') }))
  }

  /** Where there is something to clean. */
  environments(): Promise<string[]> {
    return this.#state.ask((redis) => redis.smembers(this.#state.key('cleaning')))
  }

  /** Those of `ids` that have yet to be cleaned. */
  async find(environment: string, ids: string[]): Promise<Cleaning[]> {
    if (ids.length === 0) return []
    const key = this.#state.key(`cleaning:${environment}`)
    const texts = await this.#state.ask((redis) => redis.hmget(key, ...ids))
    return texts.flatMap((text, i) => (text ? [cleaningFrom(ids[i] as string, text)] : []))
  }

  /** At most `count` of them, chosen at random: one that can't be cleaned does not hold up the others. */
  async some(environment: string, count: number): Promise<Cleaning[]> {
    const key = this.#state.key(`cleaning:${environment}`)
    const flat = (await this.#state.ask((redis) => redis.hrandfield(key, count, 'WITHVALUES'))) as string[]
    return Array.from({ length: flat.length / 2 }, (_, i) =>
      cleaningFrom(flat[2 * i] as string, flat[2 * i + 1] as string),
    )
  }

  async finish(environment: string, ids: string[]): Promise<void> {
    await this.#state.run(finished, { environment, ids: ids.join('') })
  }

  /** Those of an earlier layout of Redis. */
  async add(environment: string, cleanings: Cleaning[]): Promise<void> {
    if (cleanings.length === 0) return
    const entries = cleanings.flatMap(({ id, ...entry }) => [id, JSON.stringify(entry)])
    await this.#state.ask((redis) =>
      redis
        .multi()
        .hset(this.#state.key(`cleaning:${environment}`), ...entries)
        .sadd(this.#state.key('cleaning'), environment)
        .exec(),
    )
  }
}

function cleaningFrom(id: string, text: string): Cleaning {
  return { ...JSON.parse(text), id }
}
