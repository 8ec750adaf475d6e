import type { ListedRun } from '@syncline/api'
import { useState } from 'react'
import { useNow } from '../api/clock.ts'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { usePages } from '../api/use-pages.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Chart } from '../parts/chart.tsx'
import { CliLine } from '../parts/cli-line.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { cutText } from '../parts/cut-text.ts'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { LongText } from '../parts/json-text.tsx'
import { notify } from '../parts/notices.tsx'
import { countOf, countText } from '../parts/number-text.ts'
import { OutcomeBadge } from '../parts/outcome-badge.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { Facts, Screen, Section } from '../parts/screen.tsx'
import { Duration, Time } from '../parts/time.tsx'
import { beginOf } from '../parts/time-range.ts'
import styles from './errors.module.css'
import { useRunFailing } from './failing-schedules.ts'
import type { RunError, RunErrors } from './run-errors.ts'

interface Props {
  fingerprint: string
  /** Undefined: it is not in the list (any more). */
  error: RunError | undefined
  first: RunErrors | undefined
  isLoading: boolean
  /** Of the list that it was opened from. */
  filters: Record<string, string>
}

/** One error: a sample, since when, over time, its runs, and what can be done. */
export function ErrorGroup({ fingerprint, error, first, isLoading, filters }: Props) {
  const environment = useEnvironment()
  const { range = '' } = filters
  const list = <PathLink href={paths.errors(environment, filters)}>Errors</PathLink>
  if (!error)
    return (
      <Screen title="Error" above={list}>
        {isLoading ? null : (
          <Empty title="This error did not come in this time">
            Its runs may still be kept:{' '}
            <PathLink href={paths.runs(environment, { fingerprint })}>see its runs</PathLink>.
          </Empty>
        )}
      </Screen>
    )
  const { provider_config_key: integration, sync_name: sync, connections, count } = error
  return (
    <Screen
      title={cutText(error.message) || error.outcome.replaceAll('_', ' ')}
      above={
        <>
          {list} /{' '}
          <PathLink href={paths.errors(environment, { range, integration, sync })}>
            {integration}/{sync}
          </PathLink>
        </>
      }
    >
      <Facts
        rows={[
          [
            'Sync',
            <PathLink
              key="s"
              href={paths.syncs(environment, { integration, sync })}
            >{`${integration}/${sync}`}</PathLink>,
          ],
          ['End', <OutcomeBadge key="o" outcome={error.outcome} />],
          ['Runs', countText(count)],
          [
            'Connections',
            <PathLink key="c" href={paths.syncs(environment, { integration, sync, failing: 'yes' })}>
              {countText(connections)}
            </PathLink>,
          ],
          ['First seen', <Time key="f" at={error.first_seen_at} />],
          ['Last seen', <Time key="l" at={error.last_seen_at} />],
          ['Version', versionText(error)],
          ['Since the deployment', <Time key="d" at={error.first_version_deployed_at} none="not known" />],
        ]}
      />
      <WhatToDo error={error} />
      <Section
        title="Sample"
        beside={
          <PathLink href={paths.run(environment, error.last_run_id)}>the last run, with its log</PathLink>
        }
      >
        <LongText text={error.sample} label="Sample" maxChars={1500} />
      </Section>
      {first && (
        <Section title="Over time">
          <Chart
            label="Runs that ended with this error"
            kind="bars"
            height={120}
            times={bucketTimes(first)}
            series={[{ name: 'runs', color: '--bad', values: error.counts }]}
            text={countText}
          />
        </Section>
      )}
      <Section
        title="Runs"
        beside={
          <PathLink href={paths.runs(environment, { integration, fingerprint, since: range })}>
            all its runs
          </PathLink>
        }
      >
        <Runs fingerprint={fingerprint} integration={integration} range={range} />
      </Section>
    </Screen>
  )
}

function WhatToDo({ error }: { error: RunError }) {
  const environment = useEnvironment()
  const [asks, setAsks] = useState(false)
  const { provider_config_key: integration, sync_name: sync, last_run_id } = error
  const { progress, run } = useRunFailing(error)
  return (
    <div className={styles.todo}>
      <ol className={styles.steps}>
        <li>
          Read the log of <PathLink href={paths.run(environment, last_run_id)}>the last run</PathLink>: it has
          the line of the source that threw, and the calls before it.
        </li>
        <li>
          Repeat it on your machine without changing anything, mend the function, and deploy it:
          <CliLine words={['dryrun', `${integration}/${sync}`, '<connection>']} />
          <CliLine words={['deploy', '.']} />
        </li>
        <li>
          Run the schedules again whose last run ended with this error. Otherwise each runs at its next slot.
          <div className={styles.again}>
            <ActionButton scope="operate" onClick={() => setAsks(true)}>
              Run these schedules again…
            </ActionButton>
            {progress && (
              <span role="status">
                {progress.total === undefined
                  ? 'finding them…'
                  : `${countText(progress.done)} of ${countText(progress.total)} run again${progress.refused > 0 ? `, ${countText(progress.refused)} refused: ${progress.firstError}` : ''}`}
              </span>
            )}
          </div>
        </li>
      </ol>
      {asks && (
        <Confirm
          title={`Run the schedules of ${integration}/${sync} with this error again?`}
          action="Run them"
          cli={['bulk', 'trigger', integration, '--fingerprint', error.fingerprint]}
          onConfirm={async () => {
            const { done, refused } = await run()
            notify(
              done + refused === 0
                ? 'No schedule has this error any more'
                : `${countOf(done, 'schedule')} run again${refused > 0 ? `, ${countText(refused)} were refused` : ''}`,
              refused > 0 ? 'bad' : 'good',
            )
          }}
          onClose={() => setAsks(false)}
        >
          <p>
            Those whose last run ended with this error. Schedules that have succeeded since, that fail with
            another error, or that run now, are left as they are.
          </p>
        </Confirm>
      )}
    </div>
  )
}

const columns: Column<ListedRun>[] = [
  {
    id: 'connection',
    title: 'Connection',
    width: 'minmax(140px, 1.4fr)',
    cell: (run) => <RunLink run={run} />,
  },
  { id: 'ended', title: 'Ended', width: '110px', cell: ({ finishedAt }) => <Time at={finishedAt} /> },
  {
    id: 'took',
    title: 'Took',
    width: '90px',
    align: 'end',
    cell: ({ startedAt, finishedAt }) => <Duration from={startedAt} to={finishedAt} />,
  },
  { id: 'version', title: 'Version', width: '90px', cell: ({ version }) => version ?? '–' },
  { id: 'error', title: 'Error', width: 'minmax(200px, 3fr)', cell: ({ error }) => error },
]

function Runs(props: { fingerprint: string; integration: string; range: string }) {
  const { fingerprint, integration, range } = props
  const environment = useEnvironment()
  const from = beginOf(range, useNow())
  const query = {
    fingerprint,
    provider_config_key: integration,
    limit: 50,
    ...(from && { from }),
  }
  const runs = usePages('GET /runs', { query }, (page) => page.runs)
  return (
    <DataTable
      label="Runs that ended with this error"
      columns={columns}
      rows={runs.rows}
      rowKey={({ id }) => id}
      hrefOf={({ id }) => paths.run(environment, id)}
      paging={runs}
      height={420}
      empty={<Empty title="Its runs are not kept any more" />}
    />
  )
}

function RunLink({ run }: { run: ListedRun }) {
  const environment = useEnvironment()
  return <PathLink href={paths.run(environment, run.id)}>{run.connection_id}</PathLink>
}

function versionText({ version, versions }: RunError): string {
  if (version === null) return 'not known'
  const others = versions.filter((it) => it !== version)
  return others.length === 0 ? version : `${version} (also ${others.join(', ')})`
}

function bucketTimes({ from, to, errors }: RunErrors): number[] {
  const parts = errors[0]?.counts.length ?? 24
  const [begin, end] = [Date.parse(from), Date.parse(to)]
  return Array.from({ length: parts }, (_, i) => begin + ((end - begin) * (i + 0.5)) / parts)
}
