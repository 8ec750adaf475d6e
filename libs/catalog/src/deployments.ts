import type { KV } from '@nats-io/kv'
import { AppError } from '@syncline/errors'
import { z } from 'zod'
import type { Bundles } from './bundles.ts'
import { encodeKey } from './key.ts'

/** What a deployment does to one entry of the catalog. A null value deletes it. See `Collection.writeOf`. */
const Write = z.object({ key: z.string(), value: z.unknown() })
export type Write = z.infer<typeof Write>

const Reference = z.object({ bundle: z.string() })

/** The last deployment of an environment. `applying`: not all of its writes have been made yet. */
export const Deployment = z.object({
  environment: z.string(),
  state: z.enum(['applying', 'applied']),
  /** Key of the bundle that holds its writes as JSON. */
  writes: z.string(),
  at: z.iso.datetime(),
})
export type Deployment = z.infer<typeof Deployment>

/** Entries that are written at the same time. */
const AT_A_TIME = 32
const TRIES = 10

interface Copy {
  /** Makes the copy in memory as new as the bucket is when this is called. */
  catchUp(): Promise<void>
}

/**
 * Changes of many functions that happen as a whole or not at all. NATS has no transaction over several keys, so a deployment is first
 * one entry that names all its writes. From then on it happens, whoever dies: any process makes those writes, as often as it likes.
 *
 * The revision of that entry says what a write may replace: entries that are older than the deployment. One that is newer was
 * written by the deployment already, or by somebody after it, and stays. So a process that was suspended while it wrote, and goes on
 * after later deployments, changes nothing.
 *
 * Readers see the functions change one after the other, within about a second; each of them is old or new.
 */
export class Deployments {
  readonly #kv: KV
  readonly #bundles: Bundles
  readonly #copy: Copy

  constructor(kv: KV, bundles: Bundles, copy: Copy) {
    this.#kv = kv
    this.#bundles = bundles
    this.#copy = copy
  }

  /**
   * Finishes the last deployment of the environment, if another process has left it, and makes the copy of the catalog in memory as new
   * as the bucket. Gives the revision for `commit`: plan on the copy in between.
   */
  async begin(environment: string): Promise<number> {
    let last = await this.#last(environment)
    if (last?.deployment.state === 'applying') {
      await this.apply(environment, last)
      last = await this.#last(environment)
    }
    await this.#copy.catchUp()
    return last?.revision ?? 0
  }

  /**
   * Makes the writes. False: another deployment of the environment has begun since `begin`, and nothing was written. If we die before the
   * entry is stored, nothing has happened; afterwards another process makes the rest of the writes.
   */
  async commit(environment: string, since: number, writes: Write[]): Promise<boolean> {
    const begun = await this.record(environment, since, writes)
    if (begun === undefined) return false
    await this.apply(environment, begun)
    await this.#copy.catchUp()
    return true
  }

  /** @internal The first half of `commit`. */
  async record(environment: string, since: number, writes: Write[]): Promise<Begun | undefined> {
    const deployment: Deployment = {
      environment,
      state: 'applying',
      writes: await this.#bundles.put(JSON.stringify(writes)),
      at: new Date().toISOString(),
    }
    const revision = await this.#put(keyOf(environment), JSON.stringify(deployment), since)
    return revision === undefined ? undefined : { revision, deployment }
  }

  /** Makes what is left of the writes of a deployment. */
  async rollForward(environment: string): Promise<void> {
    const last = await this.#last(environment)
    if (last?.deployment.state === 'applying') await this.apply(environment, last)
  }

  /** @internal Bundles that must not go, as the writes that are left refer to them. */
  async bundlesOf({ state, writes }: Deployment): Promise<string[]> {
    if (state === 'applied') return []
    const values = (await this.#read(writes)).map(({ value }) => Reference.safeParse(value).data?.bundle)
    return [writes, ...values.filter((bundle) => bundle !== undefined)]
  }

  async #last(environment: string): Promise<Begun | undefined> {
    const entry = await this.#kv.get(keyOf(environment)).catch(unavailable)
    if (entry === null || entry.operation !== 'PUT') return undefined
    return { revision: entry.revision, deployment: Deployment.parse(JSON.parse(entry.string())) }
  }

  /** @internal Makes those writes that nobody has made. */
  async apply(environment: string, { revision, deployment }: Begun): Promise<void> {
    const writes = await this.#read(deployment.writes)
    for (let from = 0; from < writes.length; from += AT_A_TIME) {
      await Promise.all(writes.slice(from, from + AT_A_TIME).map((write) => this.#write(write, revision)))
    }
    // If this fails, another process has done the same, or another deployment has begun.
    const applied: Deployment = { ...deployment, state: 'applied' }
    await this.#put(keyOf(environment), JSON.stringify(applied), revision)
  }

  async #read(key: string): Promise<Write[]> {
    return z.array(Write).parse(JSON.parse(await this.#bundles.get(key)))
  }

  async #write({ key, value }: Write, revision: number): Promise<void> {
    for (let tries = 1; tries <= TRIES; tries++) {
      const present = await this.#kv.get(key).catch(unavailable)
      if (present !== null && present.revision > revision) return
      const since = present?.revision ?? 0
      if (value !== null) {
        if ((await this.#put(key, JSON.stringify(value), since)) !== undefined) return
      } else if (present === null || present.operation !== 'PUT' || (await this.#delete(key, since))) return
    }
    throw new AppError('unavailable', `the entry '${key}' was changed by others ${TRIES} times meanwhile`)
  }

  /** The new revision; undefined = the entry is not at `since` any more. */
  async #put(key: string, json: string, since: number): Promise<number | undefined> {
    return this.#kv
      .put(key, json, { previousSeq: since })
      .catch((error: unknown) => this.#outrun(key, since, error))
  }

  async #delete(key: string, since: number): Promise<boolean> {
    try {
      await this.#kv.delete(key, { previousSeq: since })
      return true
    } catch (error) {
      await this.#outrun(key, since, error)
      return false
    }
  }

  /** Returns if somebody else has written the entry; else the error is what it says. */
  async #outrun(key: string, since: number, cause: unknown): Promise<undefined> {
    const present = await this.#kv.get(key).catch(unavailable)
    if ((present?.revision ?? 0) === since) unavailable(cause)
  }
}

export interface Begun {
  revision: number
  deployment: Deployment
}

const keyOf = (environment: string) => encodeKey(['deployment', environment])

function unavailable(cause: unknown): never {
  throw new AppError('unavailable', 'the catalog does not answer at the moment: try again', { cause })
}
