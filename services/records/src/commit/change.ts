import type { HeadsOfStream } from '../heads/head-cache.ts'
import type { ReadRow } from '../tables/record-log.ts'
import type { StoredKey } from '../tables/version.ts'
import type { Draft } from './plan.ts'

/**
 * What a caller asks to change in the records of a stream. Changes of many callers and streams share a commit. Those of
 * one stream are planned in their order, each on what the ones before it have added to the draft.
 */
export interface Change<T> {
  /** Ids whose newest versions it is compared with: no more than a commit takes. */
  readonly ids: readonly string[]
  /** What it holds in memory while it waits. */
  readonly bytes: number
  /**
   * Which stored versions it needs with their payloads, if any. What it throws is its caller's error, and the commit goes
   * on without it.
   */
  stored?(heads: HeadsOfStream): StoredKey[]
  /** Adds to the draft. It throws before it has added anything, or not at all. */
  plan(draft: Draft, heads: HeadsOfStream, stored: StoredVersions): T
}

/** With the instant of the commit that it was made in. */
export type Placed<T> = T & { instant: number }

/** Versions as they are in record_log, by id. */
export type StoredVersions = ReadonlyMap<string, ReadRow>
