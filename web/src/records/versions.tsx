import { Button } from '@mantine/core'
import { useState } from 'react'
import type { AnswerOf } from '../api/call.ts'
import { useApi } from '../api/use-api.ts'
import { usePages } from '../api/use-pages.ts'
import { Diff } from '../parts/diff.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { JsonText } from '../parts/json-text.tsx'
import { bytesText } from '../parts/number-text.ts'
import { Time } from '../parts/time.tsx'
import { ActionBadge } from './action-badge.tsx'
import { payloadOf } from './payload.tsx'
import { headersOf, type StreamName } from './place.ts'
import { RunLink } from './run-link.tsx'
import styles from './versions.module.css'

type Version = AnswerOf<'GET /records/:id/history'>['records'][number]

const PAGE = 30

/** The versions of a record. What changed in one is loaded when somebody asks for it. */
export function Versions({ stream, id }: { stream: StreamName; id: string }) {
  const { model, variant } = stream
  const versions = usePages(
    'GET /records/:id/history',
    { params: { id }, headers: headersOf(stream), query: { model, variant, payload: 'false', limit: PAGE } },
    (page) => page.records,
    { enabled: !isStepInPath(id) },
  )
  if (isStepInPath(id))
    return <p>The history of this id cannot be asked for by a browser. Use the command below.</p>
  if (versions.error && versions.rows.length === 0)
    return <ErrorBox error={versions.error} what="The versions could not be loaded" />
  return (
    <>
      <ol className={styles.list} aria-label="Versions">
        {versions.rows.map((version, i) => (
          <VersionItem
            key={version._nango_metadata.cursor}
            version={version}
            newer={versions.rows[i - 1]}
            stream={stream}
            id={id}
          />
        ))}
      </ol>
      {versions.hasMore && (
        <div>
          <Button variant="default" onClick={versions.loadMore}>
            Older versions
          </Button>
        </div>
      )}
    </>
  )
}

interface Item {
  version: Version
  newer: Version | undefined
  stream: StreamName
  id: string
}

function VersionItem({ version, ...rest }: Item) {
  const [isOpen, setOpen] = useState(false)
  const { last_action, last_modified_at, run_id, bytes, pruned_at } = version._nango_metadata
  return (
    <li className={styles.item}>
      <div className={styles.head}>
        <ActionBadge action={last_action} />
        <Time at={last_modified_at} />
        <span className={styles.run}>
          run <RunLink id={run_id} />
        </span>
        <span className={styles.size}>{pruned_at ? 'payload pruned' : bytesText(bytes ?? 0)}</span>
        <Button variant="subtle" size="compact-sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide' : 'Show what changed'}
        </Button>
      </div>
      {isOpen && <VersionDiff version={version} {...rest} />}
    </li>
  )
}

/** The version beside the one before it: these two payloads are loaded. */
function VersionDiff({ version, newer, stream, id }: Item) {
  const { model, variant } = stream
  const cursor = newer?._nango_metadata.cursor
  const request = {
    params: { id },
    headers: headersOf(stream),
    query: { model, variant, limit: 2, ...(cursor && { cursor }) },
  }
  const { data, error } = useApi('GET /records/:id/history', request, { poll: false })
  if (error) return <ErrorBox error={error} what="This version could not be loaded" />
  if (!data) return <p className={styles.note}>loading</p>
  const at = data.records.findIndex(
    ({ _nango_metadata: { cursor } }) => cursor === version._nango_metadata.cursor,
  )
  const [own, before] = at === -1 ? [] : data.records.slice(at)
  if (!own) return <p className={styles.note}>The record has just changed. Hide this and show it again.</p>
  if (own._nango_metadata.pruned_at)
    return <p className={styles.note}>The payload of this version was pruned.</p>
  if (!before || before._nango_metadata.last_action === 'DELETED')
    return <JsonText value={payloadOf(own)} label="Payload of this version" />
  if (before._nango_metadata.pruned_at)
    return (
      <>
        <p className={styles.note}>
          The payload of the version before was pruned, so this is the version as a whole.
        </p>
        <JsonText value={payloadOf(own)} label="Payload of this version" />
      </>
    )
  if (own._nango_metadata.last_action === 'DELETED')
    return (
      <p className={styles.note}>The record was deleted. Its last payload is that of the version before.</p>
    )
  return <Diff before={payloadOf(before)} after={payloadOf(own)} />
}

/** Browsers take it for a step in the path, however it is written. */
const isStepInPath = (id: string) => id === '.' || id === '..'
