import type { AnswerOf } from '../api/call.ts'
import { useApi } from '../api/use-api.ts'
import { CliLine } from '../parts/cli-line.tsx'
import { Empty } from '../parts/empty.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { bytesText } from '../parts/number-text.ts'
import { Facts, Screen, Section } from '../parts/screen.tsx'
import { Time } from '../parts/time.tsx'
import { ActionBadge } from './action-badge.tsx'
import { Crumbs } from './crumbs.tsx'
import { Payload } from './payload.tsx'
import { cliPathOf, headersOf, type StreamName } from './place.ts'
import { RunLink } from './run-link.tsx'
import { Versions } from './versions.tsx'

type Row = AnswerOf<'GET /records'>['records'][number]

const MAX_TITLE_CHARS = 120

/** One record: what is known of it, its payload when it is asked for, and its versions. */
export function RecordView({ stream, id }: { stream: StreamName; id: string }) {
  const { model, variant } = stream
  const headers = headersOf(stream)
  // By `ids` every id can be asked for, `..` too.
  const { data, error } = useApi('GET /records', {
    headers,
    query: { model, variant, ids: id, payload: 'false' },
  })
  const record = data?.records[0]
  const words = [cliPathOf(stream), stream.connection, id]
  return (
    <Screen title={shortOf(id)} above={<Crumbs stream={stream} withStream />}>
      {error && !data && <ErrorBox error={error} what="The record could not be loaded" />}
      {data && !record && (
        <Empty title="There is no record with this id">
          <p>Ids are compared exactly, with upper and lower case. A record that was deleted is found, too.</p>
        </Empty>
      )}
      {record && (
        <>
          <RecordFacts record={record} />
          <Section title="Payload">
            <Payload key={record._nango_metadata.cursor} stream={stream} id={id} record={record} />
            <CliLine words={commandOf('get', words)} />
          </Section>
          <Section title="Versions" beside="newest first, as far back as history is kept">
            <Versions stream={stream} id={id} />
            <CliLine words={commandOf('get', words, '--history')} />
          </Section>
        </>
      )}
    </Screen>
  )
}

function RecordFacts({ record }: { record: Row }) {
  const { last_action, last_modified_at, first_seen_at, run_id, bytes } = record._nango_metadata
  return (
    <Facts
      rows={[
        ['Last action', <ActionBadge key="a" action={last_action} />],
        ['Changed', <Time key="c" at={last_modified_at} />],
        ['First saved', <Time key="f" at={first_seen_at} />],
        ['Saved by run', <RunLink key="r" id={run_id} />],
        ['Size', bytesText(bytes ?? 0)],
      ]}
    />
  )
}

const shortOf = (id: string) => (id.length <= MAX_TITLE_CHARS ? id : `${id.slice(0, MAX_TITLE_CHARS)}…`)

/** An id that begins with a dash is not an option. */
function commandOf(command: string, words: string[], ...options: string[]): string[] {
  const isLikeOption = words.some((word) => word.startsWith('-'))
  return ['record', command, ...options, ...(isLikeOption ? ['--'] : []), ...words]
}
