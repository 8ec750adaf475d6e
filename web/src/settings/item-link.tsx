import { useEnvironment } from '../api/session.ts'
import { PathLink } from '../parts/path-link.tsx'
import { type SettingsTab, settingsPath } from './settings-path.ts'

/** The name of a thing in a list of settings, which leads to it. */
export function ItemLink({
  tab,
  search,
  text,
}: {
  tab: SettingsTab
  search: Record<string, string>
  text: string
}) {
  const environment = useEnvironment()
  return <PathLink href={settingsPath(environment, tab, search)}>{text}</PathLink>
}
