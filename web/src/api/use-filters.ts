import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

export interface Filters<Name extends string> {
  /** '' = not filtered by it. */
  values: Record<Name, string>
  /** Changes some of them; the others stay. */
  set: (changes: Partial<Record<Name, string>>) => void
  clear: () => void
  isFiltered: boolean
}

/** The filters of a screen. They are in its address, so that a list can be sent to somebody, and is there again after `back`. */
export function useFilters<const Name extends string>(names: readonly Name[]): Filters<Name> {
  const search = useSearch({ strict: false }) as Record<string, string | undefined> // `parseSearch` makes nothing else
  const navigate = useNavigate()
  const change = useCallback(
    (changes: Record<string, string | undefined>) =>
      void navigate({
        to: '.',
        search: (before: Record<string, string | undefined>) => ({ ...before, ...changes }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  )
  // One value for each name.
  const values = Object.fromEntries(names.map((name) => [name, search[name] ?? ''])) as Record<Name, string>
  return {
    values,
    set: change,
    clear: () => change(Object.fromEntries(names.map((name) => [name, undefined]))),
    isFiltered: names.some((name) => values[name] !== ''),
  }
}
