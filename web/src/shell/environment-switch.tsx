import { Menu, UnstyledButton } from '@mantine/core'
import { useSession } from '../api/session.ts'
import { Icon } from '../parts/icon.tsx'
import { useOpenPath } from '../parts/path-link.tsx'
import styles from './environment-switch.module.css'

/** The environments of the session, and the way to log in to another one. */
export function EnvironmentSwitch({ environment }: { environment: string }) {
  const session = useSession()
  const openPath = useOpenPath()
  return (
    <Menu position="bottom-start" width={200}>
      <Menu.Target>
        <UnstyledButton className={styles.switch} aria-label={`Environment ${environment}: change it`}>
          <span className={styles.name} dir="auto">
            {environment}
          </span>
          <Icon name="down" size={14} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Environments of this session</Menu.Label>
        {session?.environments.map(({ name, user }) => (
          <Menu.Item
            key={name}
            leftSection={<Icon name={name === environment ? 'check' : 'right'} size={14} />}
            onClick={() => openPath(`/ui/${encodeURIComponent(name)}/now`)}
          >
            {name}
            {user && <span className={styles.user}> as {user}</span>}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => openPath('/ui/login?more=yes')}
        >
          {session?.admin ? 'Log in to another one' : 'Log in to another one, or as admin'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
