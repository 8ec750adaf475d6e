import { paths } from '../api/paths.ts'

export const settingsTabs = {
  integrations: 'Integrations',
  connections: 'Connections',
  functions: 'Functions',
  providers: 'Providers',
  variables: 'Variables',
  limits: 'Limits',
  keys: 'Keys',
  users: 'Users',
} as const
export type SettingsTab = keyof typeof settingsTabs

/** Address of a tab; `search` says what is open in it. */
export function settingsPath(
  environment: string,
  tab: SettingsTab,
  search: Record<string, string> = {},
): string {
  const query = new URLSearchParams(Object.entries(search).filter(([, value]) => value !== ''))
  return paths.settings(environment, tab) + (query.size > 0 ? `?${query}` : '')
}
