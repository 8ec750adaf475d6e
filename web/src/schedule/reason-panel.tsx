import { Button } from '@mantine/core'
import type { Schedule } from '@syncline/api'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useAction } from '../api/use-api.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { CliLine } from '../parts/cli-line.tsx'
import { cutText } from '../parts/cut-text.ts'
import { notify } from '../parts/notices.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { ReasonBadge } from '../parts/reason-badge.tsx'
import { Time, TimeLeft } from '../parts/time.tsx'
import { fullName } from '../syncs/command-lines.ts'
import { connectionPath } from './connection-path.ts'
import { type NextStep, nextStep } from './next-step.ts'
import styles from './schedule.module.css'

const MESSAGE_CHARS = 1000

/** The one reason why a schedule is stale, or will be as its last run failed, and what to do about it. */
export function ReasonPanel({ schedule }: { schedule: Schedule }) {
  const { freshness, failures, lastRun } = schedule
  const { stale, freshUntil } = freshness
  if (stale === null && !failures) return null
  const reason = stale?.reason ?? 'failing'
  const step = nextStep(reason, schedule)
  return (
    <section
      className={styles.reason}
      data-kind={kindOf(reason)}
      aria-label={stale ? 'Why it is stale' : 'Why its last run failed'}
    >
      <div className={styles.reasonHead}>
        <ReasonBadge reason={reason} />
        {stale ? (
          <span>
            stale since <Time at={stale.since} />
            {stale.until && (
              <>
                , until <Time at={stale.until} />
              </>
            )}
          </span>
        ) : (
          freshUntil && (
            <span>
              stale in <TimeLeft until={freshUntil} />, if that goes on
            </span>
          )
        )}
      </div>
      <p className={styles.sentence} dir="auto">
        {sentence(stale?.message ?? `its last run failed: ${lastRun?.error ?? 'its error is not known'}`)}
      </p>
      {schedule.pausedBecause && (
        <p className={styles.sentence} dir="auto">
          {sentence(schedule.pausedBecause)}
        </p>
      )}
      <div className={styles.next}>
        <span>{step.text}</span>
        <StepButton step={step} schedule={schedule} />
      </div>
      <CliLine words={step.cli} />
    </section>
  )
}

function StepButton({ step, schedule }: { step: NextStep; schedule: Schedule }) {
  const environment = useEnvironment()
  const start = useAction('POST /sync/start')
  const { provider_config_key: integration, connection_id: connection, lastRun } = schedule
  const sync = fullName(schedule)
  if (step.does === 'start') {
    const body = { syncs: [sync], provider_config_key: integration, connection_id: connection }
    const answers = {
      onSuccess: () => notify(`Started ${sync}`),
      onError: (error: Error) => notify(error.message, 'bad'),
    }
    return (
      <ActionButton
        scope="operate"
        loading={start.isPending}
        onClick={() => start.mutate({ body, headers: {} }, answers)}
      >
        Start it
      </ActionButton>
    )
  }
  const waiting = step.goes === 'waiting runs' ? 'queued,running' : 'running'
  const links: Partial<Record<NonNullable<NextStep['goes']>, [text: string, href: string]>> = {
    ...(lastRun && { 'last run': ['Open the last run', paths.run(environment, lastRun.id)] }),
    'waiting runs': ['See these runs', paths.runs(environment, { integration, state: waiting })],
    'running runs': ['See these runs', paths.runs(environment, { integration, state: waiting })],
    connection: [
      'Give it new credentials',
      connectionPath(environment, { integration, connection, reconnect: true }),
    ],
    capacity: ['See what runs', paths.now(environment)],
  }
  const link = step.goes && links[step.goes]
  if (!link) return null
  return (
    <Button variant="default" renderRoot={(props) => <PathLink {...props} href={link[1]} />}>
      {link[0]}
    </Button>
  )
}

const kindOf = (reason: string) =>
  ['failing', 'needs_reauth', 'store_unavailable', 'scheduler_down', 'no_runner'].includes(reason)
    ? 'bad'
    : 'warn'

/** A message of the server as a sentence. */
function sentence(whole: string): string {
  const text = cutText(whole, MESSAGE_CHARS)
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? '' : '.'}`
}
