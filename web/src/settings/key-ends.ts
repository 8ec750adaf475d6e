import { serverNow } from '../api/clock.ts'

/** When a key may end; '' = never. */
export const keyEnds = [
  { value: '', label: 'never' },
  { value: '30', label: 'in 30 days' },
  { value: '90', label: 'in 90 days' },
  { value: '365', label: 'in a year' },
]

export const endIn = (days: string): string => new Date(serverNow() + Number(days) * 86_400_000).toISOString()
