import { streamOf, usePlace } from './place.ts'
import { RecordView } from './record-view.tsx'
import { StreamList } from './stream-list.tsx'
import { StreamView } from './stream-view.tsx'

/** The streams; of one of them its newest changes; of one record its versions. */
export function RecordsScreen() {
  const place = usePlace()
  const stream = streamOf(place.values)
  if (!stream) return <StreamList place={place} />
  const key = JSON.stringify(stream)
  if (place.values.id === '') return <StreamView key={key} stream={stream} place={place} />
  return <RecordView key={key + place.values.id} stream={stream} id={place.values.id} />
}
