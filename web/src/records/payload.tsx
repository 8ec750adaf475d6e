import { Button } from '@mantine/core'
import { useState } from 'react'
import type { AnswerOf } from '../api/call.ts'
import { useApi } from '../api/use-api.ts'
import { ErrorBox } from '../parts/error-box.tsx'
import { JsonText } from '../parts/json-text.tsx'
import { bytesText } from '../parts/number-text.ts'
import { Time } from '../parts/time.tsx'
import { headersOf, type StreamName } from './place.ts'

type Row = AnswerOf<'GET /records'>['records'][number]

/** Hidden, and not even loaded, until it is asked for. When the record changes it is hidden again. */
export function Payload({ stream, id, record }: { stream: StreamName; id: string; record: Row }) {
  const { model, variant } = stream
  const { pruned_at, bytes } = record._nango_metadata
  const [isShown, setShown] = useState(false)
  const request = { headers: headersOf(stream), query: { model, variant, ids: id } }
  const { data, error } = useApi('GET /records', request, { poll: false, enabled: isShown })
  if (pruned_at)
    return (
      <p>
        Its payload was pruned <Time at={pruned_at} />.
      </p>
    )
  if (error) return <ErrorBox error={error} what="The payload could not be loaded" />
  const [loaded] = isShown ? (data?.records ?? []) : []
  if (loaded) return <JsonText value={payloadOf(loaded)} label="Payload" />
  return (
    <div>
      <Button variant="default" loading={isShown} onClick={() => setShown(true)}>
        Show the payload ({bytesText(bytes ?? 0)})
      </Button>
    </div>
  )
}

/** What the sync has saved. */
export function payloadOf({ _nango_metadata, ...fields }: Row): Record<string, unknown> {
  return fields
}
