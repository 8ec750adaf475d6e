import { AppError } from '@syncline/errors'
import type { PreviewBegin, PreviewRequest, PreviewResponse, Stream } from '@syncline/proto'
import type { Shard } from '../shard.ts'
import { stateKey } from '../stream/identity.ts'
import type { Shapes } from '../stream/shapes.ts'
import type { Shards } from '../stream/shards.ts'
import type { PreviewBytes, PreviewMemory } from './preview-memory.ts'
import { StreamPreview, unknownStream } from './stream-preview.ts'

type Asked = NonNullable<PreviewRequest['request']>
type Answered = NonNullable<PreviewResponse['response']>

/** Streams of one preview: a sync has no more models. */
const MAX_STREAMS = 100

/**
 * Answers the requests of one preview in order, one at a time. What it would change is in memory only, and is gone when the call
 * ends, however it ends: nothing in here writes to ClickHouse or Redis.
 */
export async function* answerPreview(
  { shards, shapes, memory }: { shards: Shards<Shard>; shapes: Shapes; memory: PreviewMemory },
  requests: AsyncIterable<PreviewRequest>,
  signal: AbortSignal,
): AsyncGenerator<PreviewResponse, undefined> {
  using bytes = memory.open()
  const streams = new Map<string, StreamPreview>()
  for await (const { request } of requests) {
    if (request === undefined) throw new AppError('invalid_body', 'the request of a preview is empty')
    yield { response: await answer({ shards, shapes, bytes, streams, signal }, request) }
  }
}

interface Context {
  shards: Shards<Shard>
  shapes: Shapes
  bytes: PreviewBytes
  streams: Map<string, StreamPreview>
  signal: AbortSignal
}

async function answer(context: Context, request: Asked): Promise<Answered> {
  try {
    return await answerOne(context, request)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { $case: 'refused', value: { code: error.code, message: error.message } }
  }
}

async function answerOne(context: Context, request: Asked): Promise<Answered> {
  const { $case, value } = request
  switch ($case) {
    case 'begin':
      await begin(context, value)
      return done
    case 'save':
      return { $case: 'saved', value: await streamOf(context, value).save(value) }
    case 'delete':
      return { $case: 'saved', value: await streamOf(context, value).delete(value) }
    case 'startTrackingDeletes':
      streamOf(context, value).pass.start()
      return done
    case 'markIncomplete':
      streamOf(context, value).pass.markIncomplete(value.reason)
      return done
    case 'endTrackingDeletes': {
      const stream = streamOf(context, value)
      return { $case: 'saved', value: await stream.pass.end(await stream.snapshot(), value) }
    }
    case 'deleteUnseen': {
      const stream = streamOf(context, value)
      return { $case: 'saved', value: await stream.pass.deleteUnseen(await stream.snapshot(), value) }
    }
    case 'listRecords':
      return { $case: 'records', value: await streamOf(context, value).list(value) }
    case 'findPosition':
      return { $case: 'position', value: await streamOf(context, value).findPosition(value.cursor) }
    case 'compareShape': {
      const { stream, writer } = value
      streamOf(context, value) // it has to be one of the preview
      const drift = await context.shapes.compare(stream as Stream, writer?.sync ?? '', value)
      return { $case: 'shape', value: { drift } }
    }
    case 'summary': {
      const models = [...context.streams.values()].map((stream) => stream.summary())
      return { $case: 'summary', value: { models: Buffer.from(JSON.stringify(models)) } }
    }
  }
}

const done: Answered = { $case: 'done', value: {} }

async function begin({ shards, bytes, streams, signal }: Context, { streams: all, samples }: PreviewBegin) {
  if (all.length > MAX_STREAMS)
    throw new AppError('invalid_body', `a preview has ${MAX_STREAMS} streams at most`)
  for (const stream of all) {
    const opened = await shards.call(stream, (shard) =>
      StreamPreview.open({ shard, stream, samples, bytes, signal }),
    )
    streams.set(stateKey('', stream), opened)
  }
}

function streamOf({ streams }: Context, { stream }: { stream: Stream | undefined }): StreamPreview {
  const found = stream && streams.get(stateKey('', stream))
  if (!found) throw unknownStream(stream?.model ?? '')
  return found
}
