import { useSyncExternalStore } from 'react'

// Times on the screen are those of the server. The clock of the browser may be wrong by any amount, so how far it is off is read
// from the `Date` of each answer. That is exact to a second.

let offsetMs = 0
let isKnown = false
let tickAt = Date.now()
const listeners = new Set<() => void>()
let ticking: ReturnType<typeof setInterval> | undefined

/** The time of the server, in Unix milliseconds. */
export function serverNow(): number {
  return Date.now() + offsetMs
}

export function readDate(response: Response): void {
  const date = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(date)) return
  // `Date` has no milliseconds: on average the server is half a second further.
  const seen = date + 500 - Date.now()
  if (isKnown && Math.abs(seen - offsetMs) < 1500) return
  offsetMs = Math.abs(seen) < 1500 ? 0 : seen
  isKnown = true
}

/** The time of the server. Components that call it are rendered each second while the tab is visible. */
export function useNow(): number {
  useSyncExternalStore(subscribe, () => tickAt)
  return serverNow()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  ticking ??= setInterval(tick, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(ticking)
    ticking = undefined
  }
}

function tick(): void {
  if (document.hidden) return
  tickAt = Date.now()
  for (const listener of listeners) listener()
}
