import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { useLocation } from '@tanstack/react-router'
import { useAwaySince } from '../api/connection.ts'
import { logOut } from '../api/session.ts'
import { Icon } from '../parts/icon.tsx'
import { PathLink, useOpenPath } from '../parts/path-link.tsx'
import { EnvironmentSwitch } from './environment-switch.tsx'
import iconUrl from './icon.svg'
import styles from './navigation.module.css'
import { screens } from './screens.ts'

export function Navigation({ environment, onHelp }: { environment: string; onHelp: () => void }) {
  const pathname = useLocation({ select: (location) => location.pathname })
  const away = useAwaySince() !== undefined
  const openPath = useOpenPath()
  const base = `/ui/${encodeURIComponent(environment)}`
  return (
    <header className={styles.top}>
      <PathLink className={styles.brand} href={`${base}/now`} aria-label="Syncline, to the screen Now">
        <img src={iconUrl} alt="" width={20} height={20} />
        <span>Syncline</span>
      </PathLink>
      <EnvironmentSwitch environment={environment} />
      <nav className={styles.screens} aria-label="Screens">
        {screens.map(({ path, title, icon, key }) => {
          const isHere = pathname === `${base}/${path}` || pathname.startsWith(`${base}/${path}/`)
          return (
            <PathLink
              key={path}
              className={styles.screen}
              href={`${base}/${path}`}
              aria-current={isHere ? 'page' : undefined}
              title={`${title} (g ${key})`}
            >
              <Icon name={icon} />
              <span>{title}</span>
            </PathLink>
          )
        })}
      </nav>
      <div className={styles.tools}>
        <span className={styles.live} data-away={away || undefined} role="status">
          {away ? 'away' : 'live'}
        </span>
        <a
          className={styles.tool}
          href="/docs/"
          target="_blank"
          rel="noreferrer"
          aria-label="Documentation"
          title="Documentation"
        >
          <Icon name="book" />
        </a>
        <Tool icon="help" label="Keys and help (?)" onClick={onHelp} />
        <SchemeTool />
        <Tool icon="exit" label="Log out" onClick={() => void logOut().then(() => openPath('/ui/login'))} />
      </div>
    </header>
  )
}

function SchemeTool() {
  const scheme = useComputedColorScheme('light')
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const next = scheme === 'dark' ? 'light' : 'dark'
  return (
    <Tool
      icon={next === 'dark' ? 'moon' : 'sun'}
      label={`Use ${next} colours`}
      onClick={() => setColorScheme(next)}
    />
  )
}

function Tool({
  icon,
  label,
  onClick,
}: {
  icon: 'help' | 'moon' | 'sun' | 'exit'
  label: string
  onClick: () => void
}) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      className={styles.tool}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} />
    </ActionIcon>
  )
}
