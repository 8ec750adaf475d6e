import type { ListedRun, RunAttempt } from '@syncline/api'
import { useParams } from '@tanstack/react-router'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { CliLine } from '../parts/cli-line.tsx'
import { Empty } from '../parts/empty.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { countText } from '../parts/number-text.ts'
import { OutcomeBadge } from '../parts/outcome-badge.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { Facts, Screen, Section } from '../parts/screen.tsx'
import { Duration, Time } from '../parts/time.tsx'
import { Attempts } from './attempts.tsx'
import { Batches } from './batches.tsx'
import { ChangedRecords } from './changed-records.tsx'
import { CheckpointChange } from './checkpoint-change.tsx'
import { HttpCalls } from './http-calls.tsx'
import { cancelLine, logsLine, runLine, triggerLine } from './lines.ts'
import { Log } from './log-view.tsx'
import styles from './run.module.css'
import { RunActions } from './run-actions.tsx'
import { RunError } from './run-error.tsx'
import { causeWords, outcomeOf, syncText } from './run-words.ts'

const ENDED_POLL_MS = 10_000

/** One run, with all that is known of it. One that goes on is asked for again until it has ended. */
export function RunScreen() {
  const id = useParams({ strict: false, select: ({ run }) => run ?? '' })
  return <OneRun key={id} id={id} />
}

function OneRun({ id }: { id: string }) {
  const environment = useEnvironment()
  const answer = useApi('GET /runs/:id', { params: { id } })
  const run = answer.data
  const attempts = useAttempts(id, run)
  const above = <PathLink href={paths.runs(environment)}>Runs</PathLink>
  if (!run)
    return (
      <Screen title="Run" above={above}>
        {answer.error?.code === 'unknown_run' ? (
          <Empty title="There is no run with this id">
            Its schedule may have been deleted, or it ended so long ago that it is not kept.
          </Empty>
        ) : (
          answer.error && <ErrorBox error={answer.error} what="This run could not be loaded" />
        )}
      </Screen>
    )
  const place = {
    integration: run.provider_config_key,
    connection: run.connection_id,
    sync: run.sync_name,
    variant: run.variant,
  }
  const isOver = run.state === 'ended'
  return (
    <Screen
      title={`${run.provider_config_key}/${syncText(run)}`}
      above={
        <>
          {above} / <code>{run.id}</code>
        </>
      }
      actions={<RunActions run={run} />}
    >
      <Facts
        rows={[
          ['State', <OutcomeBadge key="s" outcome={outcomeOf(run)} />],
          [
            'Connection',
            <PathLink key="c" href={paths.schedule(environment, place)}>
              {run.connection_id}
            </PathLink>,
          ],
          [
            'Cause',
            <span key="w" title={causeWords[run.cause]}>
              {run.cause}
            </span>,
          ],
          ['Requested', <Time key="r" at={run.requestedAt} />],
          ['Began', <Time key="b" at={run.startedAt} none="not yet" />],
          ['Ended', <Time key="e" at={run.finishedAt} none="not yet" />],
          ['Took', <Duration key="d" from={run.startedAt} to={run.finishedAt} />],
          ['Attempts', attemptsText(run)],
        ]}
      />
      <RunError
        run={run}
        position={attempts.findLast(({ position }) => position !== null)?.position ?? null}
      />
      <div className={styles.columns}>
        <Section
          title="Attempts"
          beside={
            run.throttled && `left its runner ${countText(run.throttled.times)} times to wait for its API`
          }
        >
          <Attempts run={run} attempts={attempts} />
        </Section>
        <ChangedRecords run={run} />
        <Log runId={run.id} isOver={isOver} finishedAt={run.finishedAt} />
        <HttpCalls attempts={attempts} isOver={isOver} />
        <Batches attempts={attempts} />
        <CheckpointChange attempts={attempts} />
        <Section title="On the command line">
          <div className={styles.lines}>
            <CliLine words={runLine(run.id)} />
            <CliLine words={logsLine(run.id, !isOver)} />
            {isOver ? <CliLine words={triggerLine(run)} /> : <CliLine words={cancelLine(run.id)} />}
          </div>
        </Section>
      </div>
    </Screen>
  )
}

/** Attempts that have ended are known a moment after they ended. */
function useAttempts(id: string, run: ListedRun | undefined): RunAttempt[] {
  const request = { params: { id } }
  const poll = run?.state === 'ended' ? ENDED_POLL_MS : undefined
  return useApi('GET /runs/:id/attempts', request, poll ? { poll } : {}).data?.attempts ?? []
}

function attemptsText({ attempt, fruitlessAttempts }: ListedRun): string {
  if (attempt === 0) return 'none yet'
  const fruitless =
    fruitlessAttempts > 0 ? `, ${countText(fruitlessAttempts)} in a row without a checkpoint` : ''
  return countText(attempt) + fruitless
}
