import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { CliLine } from '../parts/cli-line.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { Screen } from '../parts/screen.tsx'
import styles from './first-steps.module.css'

/** An environment without schedules: what to do until the first records are there. Steps that are done say so. */
export function FirstSteps() {
  const environment = useEnvironment()
  const { data: integrations } = useApi('GET /integrations', {})
  const { data: connections } = useApi('GET /connections', { query: { limit: '1' } })
  const hasIntegration = (integrations?.data.length ?? 0) > 0
  const hasConnection = (connections?.connections.length ?? 0) > 0
  return (
    <Screen title="Now">
      <div className={styles.steps}>
        <p className={styles.intro}>
          Nothing is synced in <b>{environment}</b> yet. Four steps lead to the first records. This page goes
          on by itself when there is a schedule.
        </p>
        <ol>
          <Step title="Write a sync" text="A folder with one sync that works, to be changed.">
            <CliLine words={['init', 'my-syncs']} />
          </Step>
          <Step
            title="Make an integration"
            done={hasIntegration}
            text="The external API that records come from."
          >
            <PathLink href={`${paths.settings(environment, 'integrations')}?new=yes`}>Make it here</PathLink>
            <CliLine words={['integration', 'create', 'github', '--provider', 'github']} />
          </Step>
          <Step title="Make a connection" done={hasConnection} text="One customer’s access to that API.">
            <PathLink href={`${paths.settings(environment, 'connections')}?new=yes`}>Make it here</PathLink>
            <CliLine words={['connection', 'create', 'github', 'user-1', '--help']} />
          </Step>
          <Step
            title="Deploy"
            text="Each connection of the integration gets a schedule, and its first run begins."
          >
            <CliLine words={['deploy', 'my-syncs']} />
          </Step>
        </ol>
      </div>
    </Screen>
  )
}

function Step({
  title,
  text,
  done = false,
  children,
}: {
  title: string
  text: string
  done?: boolean
  children: React.ReactNode
}) {
  return (
    <li data-done={done || undefined}>
      <h2>
        {title}
        {done && <span className={styles.done}>done</span>}
      </h2>
      <p>{text}</p>
      {children}
    </li>
  )
}
