import type { IconName } from '../parts/icon.tsx'

/** The screens of the navigation, with the second key of `g …`. */
export const screens = [
  { path: 'now', title: 'Now', icon: 'now', key: 'n' },
  { path: 'syncs', title: 'Syncs', icon: 'syncs', key: 's' },
  { path: 'runs', title: 'Runs', icon: 'runs', key: 'r' },
  { path: 'records', title: 'Records', icon: 'records', key: 'd' },
  { path: 'errors', title: 'Errors', icon: 'errors', key: 'e' },
  { path: 'settings', title: 'Settings', icon: 'settings', key: 't' },
] as const satisfies { path: string; title: string; icon: IconName; key: string }[]
