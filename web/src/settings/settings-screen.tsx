import { useParams } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import { useEnvironment } from '../api/session.ts'
import { Empty } from '../parts/empty.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { Screen } from '../parts/screen.tsx'
import { ConnectionsTab } from './connections-tab.tsx'
import { FunctionsTab } from './functions-tab.tsx'
import { IntegrationsTab } from './integrations-tab.tsx'
import { KeysTab } from './keys-tab.tsx'
import { LimitsTab } from './limits-tab.tsx'
import { ProvidersTab } from './providers-tab.tsx'
import styles from './settings.module.css'
import { type SettingsTab, settingsPath, settingsTabs } from './settings-path.ts'
import { UsersTab } from './users-tab.tsx'
import { VariablesTab } from './variables-tab.tsx'

const contents: Record<SettingsTab, ComponentType> = {
  integrations: IntegrationsTab,
  connections: ConnectionsTab,
  functions: FunctionsTab,
  providers: ProvidersTab,
  variables: VariablesTab,
  limits: LimitsTab,
  keys: KeysTab,
  users: UsersTab,
}

/** What an environment has and may be changed: each tab is one kind of thing. */
export function SettingsScreen() {
  const environment = useEnvironment()
  const tab = useParams({ strict: false, select: (params) => params.tab ?? 'integrations' })
  const Content = isTab(tab) ? contents[tab] : undefined
  return (
    <Screen title="Settings">
      <nav className={styles.tabs} aria-label="Settings">
        {Object.entries(settingsTabs).map(([name, title]) => (
          <PathLink
            key={name}
            className={styles.tab}
            href={settingsPath(environment, name as SettingsTab)} // a name of the list
            aria-current={name === tab ? 'page' : undefined}
          >
            {title}
          </PathLink>
        ))}
      </nav>
      {Content ? <Content /> : <Empty title={`There are no settings named ${tab}`} />}
    </Screen>
  )
}

const isTab = (name: string): name is SettingsTab => name in settingsTabs
