import type { NangoSync } from '@syncline/sdk/function'
import { slices } from './slices.ts'
import type { Ask } from './typed-host.ts'

const PAGE = 100

type RecordMethods = Pick<
  NangoSync,
  | 'batchSave'
  | 'batchSend'
  | 'batchUpdate'
  | 'batchDelete'
  | 'getRecordsByIds'
  | 'listRecords'
  | 'setMergingStrategy'
  | 'trackDeletesStart'
  | 'trackDeletesEnd'
  | 'deleteRecordsFromPreviousExecutions'
>

export function recordMethods(ask: Ask): RecordMethods {
  /** One slice after the other: what the function gave first is saved first. */
  const inSlices = async (
    records: unknown[],
    model: string,
    work: (slice: unknown[], first: number) => Promise<unknown>,
    needed: (record: unknown) => unknown = (record) => record,
  ): Promise<true> => {
    if (!Array.isArray(records)) throw new TypeError(`model '${model}': the records must be an array`)
    for (const { first, items } of slices(records.map(needed), `model '${model}'`)) await work(items, first)
    return true
  }
  const save = (records: unknown[], model: string) =>
    inSlices(records, model, (slice, first) => ask('save', { model, mode: 'replace', first, records: slice }))

  const trackDeletes = async (
    model: string,
    step: 'start' | 'end' | 'previous',
    options?: { allowMassDelete?: boolean },
  ) => void (await ask('trackDeletes', { model, step, allowMassDelete: options?.allowMassDelete === true }))

  return {
    batchSave: save,
    batchSend: save,
    batchUpdate: (records, model) =>
      inSlices(records, model, (slice, first) =>
        ask('save', { model, mode: 'merge', first, records: slice }),
      ),
    batchDelete: (records, model) =>
      inSlices(records, model, (slice, first) => ask('delete', { model, first, records: slice }), idOnly),
    getRecordsByIds: (ids, model) => recordsByIds(ask, ids, model),
    listRecords: (model, options) => listed(ask, model, options?.cursor ?? ''),
    setMergingStrategy: async ({ strategy }) => {
      if (strategy !== 'override') {
        throw new Error(`setMergingStrategy: '${strategy}' is not supported; 'override' is the only strategy`)
      }
    },
    trackDeletesStart: (model) => trackDeletes(model, 'start'),
    trackDeletesEnd: (model, options) => trackDeletes(model, 'end', options),
    deleteRecordsFromPreviousExecutions: (model, options) => trackDeletes(model, 'previous', options),
  }
}

async function recordsByIds<I extends string | number, T>(
  ask: Ask,
  ids: I[],
  model: string,
): Promise<Map<I, T>> {
  const byText = new Map(ids.map((id) => [String(id), id]))
  const texts = [...byText.keys()]
  const found = new Map<I, T>()
  for (let at = 0; at < texts.length; at += PAGE) {
    const some = texts.slice(at, at + PAGE)
    for await (const page of listed<T & { id: unknown }>(ask, model, '', some)) {
      for (const record of page) {
        const id = byText.get(String(record.id))
        if (id !== undefined) found.set(id, record)
      }
    }
  }
  return found
}

const idOnly = (record: unknown) =>
  typeof record === 'object' && record !== null && 'id' in record ? { id: record.id } : record

/** A page that holds large records ends before its limit. */
async function* listed<T>(
  ask: Ask,
  model: string,
  cursor: string,
  ids: string[] = [],
): AsyncGenerator<T[], undefined, void> {
  for (let position = cursor; ; ) {
    const { json, nextCursor } = await ask('listRecords', { model, cursor: position, ids, limit: PAGE })
    const page = JSON.parse(json) as T[]
    if (page.length > 0) yield page
    if (nextCursor === '') return
    position = nextCursor
  }
}
