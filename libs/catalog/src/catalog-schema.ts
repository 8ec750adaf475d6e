import type { KV } from '@nats-io/kv'
import { AppError } from '@syncline/errors'

/** Of the catalog's entries: 2 has API keys with scopes and several secrets. Raise it when an older build would read them wrongly. */
const OWN = 2
const KEY = 'schema.catalog'
const TRIES = 5

/**
 * Refuses a catalog whose entries a newer build has written, and leaves our number in an older or new one. It is an entry of
 * a kind that no collection has: followers pass it over.
 */
export async function checkCatalogSchema(bucket: KV, own = OWN): Promise<void> {
  for (let tries = 1; ; tries++) {
    const entry = await bucket.get(KEY)
    const stored = entry?.operation === 'PUT' ? Number(entry.string()) : 0
    if (stored > own) {
      throw new AppError(
        'server_error',
        `the catalog in NATS has schema ${stored}, this build knows up to ${own}: a newer build has written it. Start a build that knows schema ${stored}, or one with another NATS_PREFIX`,
      )
    }
    if (stored === own) return
    try {
      await bucket.put(KEY, String(own), { previousSeq: entry?.revision ?? 0 })
      return
    } catch (error) {
      // Another process has written it since: what, decides.
      if (tries === TRIES) throw error
    }
  }
}
