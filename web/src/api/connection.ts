import { useSyncExternalStore } from 'react'

// Whether the API answers. The screens keep what they have while it does not.

let awaySince: number | undefined
const listeners = new Set<() => void>()

export function isAnswering(): void {
  change(undefined)
}

export function isAway(): void {
  change(awaySince ?? Date.now())
}

/** Since when nobody answers; undefined = the API answers. */
export function useAwaySince(): number | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => awaySince,
  )
}

function change(next: number | undefined): void {
  if (next === awaySince) return
  awaySince = next
  for (const listener of listeners) listener()
}
