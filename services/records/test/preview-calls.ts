import { PassThrough } from 'node:stream'
import type { ModelPreview } from '@syncline/preview'
import type { PreviewResponse, RecordsClient, SaveResponse, Stream } from '@syncline/proto'

type Asked = NonNullable<
  Parameters<RecordsClient['preview']>[0] extends AsyncIterable<infer Request extends { request?: unknown }>
    ? Request['request']
    : never
>

/** A preview, with the calls that a run makes, so that a test can do the same in both. */
export async function openPreview(records: RecordsClient, streams: Stream[], samples = 1000) {
  const requests = new PassThrough({ objectMode: true })
  const responses = records.preview(requests)[Symbol.asyncIterator]()
  const ask = async (request: Asked): Promise<NonNullable<PreviewResponse['response']>> => {
    requests.write({ request })
    const { value } = await responses.next()
    if (value?.response?.$case === 'refused') {
      throw Object.assign(new Error(value.response.value.message), { code: value.response.value.code })
    }
    return value?.response
  }
  const saved = async (request: Asked) => (await ask(request)).value as SaveResponse // as the call answers
  await ask({ $case: 'begin', value: { streams, samples } })
  const calls = {
    save: (value: never) => saved({ $case: 'save', value }),
    delete: (value: never) => saved({ $case: 'delete', value }),
    endTrackingDeletes: (value: never) => saved({ $case: 'endTrackingDeletes', value }),
    deleteUnseen: (value: never) => saved({ $case: 'deleteUnseen', value }),
    startTrackingDeletes: (value: never) => ask({ $case: 'startTrackingDeletes', value }),
    markIncomplete: (value: never) => ask({ $case: 'markIncomplete', value }),
    noteShape: async (value: never) => (await ask({ $case: 'compareShape', value })).value,
    findPosition: async (value: never) => (await ask({ $case: 'findPosition', value })).value,
    async *listRecords(value: never) {
      yield (await ask({ $case: 'listRecords', value })).value
    },
  }
  return {
    /** As far as a run needs it. */
    records: calls as unknown as RecordsClient,
    async summary(): Promise<ModelPreview[]> {
      const { value } = await ask({ $case: 'summary', value: {} })
      return JSON.parse(Buffer.from((value as { models: Uint8Array }).models).toString()) // as the call answers
    },
    async [Symbol.asyncDispose]() {
      requests.end()
      await responses.return?.()
    },
  }
}
