import { Button } from '@mantine/core'
import type { ListedRun } from '@syncline/api'
import { useState } from 'react'
import type { AnswerOf } from '../api/call.ts'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { usePages } from '../api/use-pages.ts'
import { Badge, type Tone } from '../parts/badge.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { bytesText, countText } from '../parts/number-text.ts'
import { PathLink } from '../parts/path-link.tsx'
import { Section } from '../parts/screen.tsx'
import { Time } from '../parts/time.tsx'
import styles from './run.module.css'
import { changesOf } from './run-words.ts'

/** What the run has changed, by model, and on demand each record. */
export function ChangedRecords({ run }: { run: ListedRun }) {
  const [model, setModel] = useState<string>()
  const models = Object.entries(run.result)
  const { added, updated, deleted } = changesOf(run.result)
  if (models.length === 0) return null
  return (
    <Section title="Records" beside={added + updated + deleted === 0 ? 'it changed none' : undefined}>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Changed records by model">
        <table className={styles.table}>
          <thead>
            <tr>
              <th>Model</th>
              <th data-number>Added</th>
              <th data-number>Updated</th>
              <th data-number>Deleted</th>
              <th data-number>Unchanged</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {models.map(([name, counts]) => (
              <tr key={name}>
                <td>{name}</td>
                <td data-number>{countText(counts.added)}</td>
                <td data-number>{countText(counts.updated)}</td>
                <td data-number>{countText(counts.deleted)}</td>
                <td data-number>{counts.unchanged === undefined ? '–' : countText(counts.unchanged)}</td>
                <td data-number>
                  {counts.added + counts.updated + counts.deleted > 0 && (
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      aria-expanded={model === name}
                      onClick={() => setModel(model === name ? undefined : name)}
                    >
                      {model === name ? 'Hide' : 'Show'} the records
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {model !== undefined && <ChangesOf key={model} run={run} model={model} />}
    </Section>
  )
}

type Change = AnswerOf<'GET /runs/:id/changes'>['changes'][number]

const tones: Record<Change['action'], Tone> = { ADDED: 'good', UPDATED: 'info', DELETED: 'bad' }

function ChangesOf({ run, model }: { run: ListedRun; model: string }) {
  const environment = useEnvironment()
  const hrefOf = ({ id }: Change) =>
    paths.records(environment, {
      ...{ integration: run.provider_config_key, connection: run.connection_id, model, id },
      ...(run.variant !== 'base' && { variant: run.variant }),
    })
  const request = { params: { id: run.id }, query: { model, limit: 100 } }
  const changes = usePages(
    'GET /runs/:id/changes',
    request,
    (page) => page.changes,
    run.state === 'ended' ? { poll: false } : {},
  )
  const columns: Column<Change>[] = [
    {
      id: 'id',
      title: model,
      width: 'minmax(200px, 2fr)',
      cell: (it) => <PathLink href={hrefOf(it)}>{it.id}</PathLink>,
    },
    {
      id: 'action',
      title: 'Change',
      width: '120px',
      cell: ({ action }) => <Badge tone={tones[action]}>{action.toLowerCase()}</Badge>,
    },
    { id: 'at', title: 'At', width: '120px', cell: ({ at }) => <Time at={at} /> },
    { id: 'bytes', title: 'Size', width: '90px', align: 'end', cell: ({ bytes }) => bytesText(bytes) },
  ]
  return (
    <DataTable
      label={`Records of ${model} that the run changed`}
      columns={columns}
      rows={changes.rows}
      rowKey={({ id, at }) => `${at} ${id}`}
      hrefOf={hrefOf}
      paging={changes}
      height={420}
      empty={
        <Empty title="None of them is kept">
          Later runs have changed them again, or the stream was emptied.
        </Empty>
      }
    />
  )
}
