import { AppError } from '@syncline/errors'
import type { Stream } from '@syncline/proto'
import { streamName } from './identity.ts'

/** The stream is not on the shard that was called. The caller chooses the shard again. */
export class StreamMoved extends AppError {
  override name = 'StreamMoved'

  /** @param place Of the shard that it is on; 0 = the tables must be asked. */
  constructor(stream: Stream, place: number) {
    const where = place === 0 ? 'may be on another shard' : `is on shard ${place} of CLICKHOUSE_URL`
    super('unavailable', `${streamName(stream)} ${where} by now: try again`)
  }
}
