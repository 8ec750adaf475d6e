interface Asked {
  opts?: { reset?: boolean | undefined; emptyCache?: boolean | undefined } | undefined
  sync_mode?: 'incremental' | 'full_refresh' | 'full_refresh_and_clear_cache' | undefined
  full_resync?: boolean | undefined
}

/** What a trigger clears before it runs, also for clients that say it in one of the deprecated ways. */
export function triggerMode({ opts, sync_mode, full_resync }: Asked): {
  reset: boolean
  emptyCache: boolean
} {
  if (opts) return { reset: opts.reset === true, emptyCache: opts.emptyCache === true }
  if (sync_mode === undefined) return { reset: full_resync === true, emptyCache: false }
  return {
    reset: sync_mode !== 'incremental',
    emptyCache: sync_mode === 'full_refresh_and_clear_cache',
  }
}
