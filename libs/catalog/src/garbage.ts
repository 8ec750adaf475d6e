import type { Bucket } from './bucket.ts'
import type { Bundles } from './bundles.ts'
import { Deployment, type Deployments } from './deployments.ts'
import { Sync } from './entities.ts'

const HOUR_MS = 3_600_000
const TOMBSTONE_AGE_MS = HOUR_MS
const BUNDLE_AGE_MS = HOUR_MS

/** The library takes this option, its types do not say so. */
const HEADERS_ONLY: { key: string } = { key: '>', ...{ headers_only: true } }

const Reference = Sync.pick({ bundle: true })

interface Collected {
  tombstones: number
  bundles: number
}

/**
 * Removes from NATS what is not needed any more: the tombstones of deleted entries, and bundles that no deployed sync or action
 * refers to, and none that is being deployed. Any number of processes may do it at the same time.
 *
 * A tombstone is kept for an hour. A process that was cut off from NATS for longer misses it, and compares its copy with
 * the bucket when it is back (`comparison.ts`). A bundle is removed after this process has seen it without a sync for an
 * hour: a run that read its sync before that still finds its bundle.
 */
export class Garbage {
  readonly #bucket: Bucket
  readonly #bundles: Bundles
  readonly #deployments: Deployments
  /** Bundles without a sync or action, and when they were seen so first. */
  #unused = new Map<string, number>()

  constructor(bucket: Bucket, bundles: Bundles, deployments: Deployments) {
    this.#bucket = bucket
    this.#bundles = bundles
    this.#deployments = deployments
  }

  /** @param now Unix milliseconds, @param ages for tests. */
  async collect(
    now: number = Date.now(),
    { tombstoneMs = TOMBSTONE_AGE_MS, bundleMs = BUNDLE_AGE_MS } = {},
  ): Promise<Collected> {
    return {
      tombstones: await this.#removeTombstones(now - tombstoneMs),
      bundles: await this.#removeBundles(now, bundleMs),
    }
  }

  async #removeTombstones(before: number): Promise<number> {
    const { lastRevision } = await this.#bucket.state()
    let removed = 0
    for await (const entry of await this.#bucket.kv.history(HEADERS_ONLY)) {
      const isOld = entry.operation !== 'PUT' && entry.created.getTime() <= before
      // A process that loads the catalog at this moment waits for the newest entry.
      if (!isOld || entry.revision === lastRevision) continue
      await this.#bucket.remove(entry.revision)
      removed++
    }
    return removed
  }

  async #removeBundles(now: number, ageMs: number): Promise<number> {
    // In this order: a bundle that is stored and deployed in between is not in the list.
    const stored = await this.#bundles.keys()
    const used = await this.#usedBundles()
    const unused = stored.filter((key) => !used.has(key))
    this.#unused = new Map(unused.map((key) => [key, this.#unused.get(key) ?? now]))
    let removed = 0
    for (const [key, since] of this.#unused) {
      if (now - since >= ageMs && (await this.#bundles.remove(key, ageMs))) removed++
    }
    return removed
  }

  /** From the bucket: the copy in memory may be a moment late, and a bundle in use must not go. */
  async #usedBundles(): Promise<Set<string>> {
    const used = new Set<string>()
    // Deployments first: one that is applied meanwhile has written its syncs.
    for await (const json of this.#entriesUnder('deployment')) {
      for (const key of await this.#deployments.bundlesOf(Deployment.parse(json))) used.add(key)
    }
    for (const kind of ['sync', 'action'])
      for await (const json of this.#entriesUnder(kind)) used.add(Reference.parse(json).bundle)
    return used
  }

  async *#entriesUnder(kind: string): AsyncGenerator<unknown, void> {
    for (const key of await this.#bucket.keysUnder(kind)) {
      const entry = await this.#bucket.kv.get(key)
      if (entry !== null && entry.operation === 'PUT') yield JSON.parse(entry.string())
    }
  }
}
