import type { RecordMethods } from '@syncline/function-types'
import { RECORDS_PER_PAGE } from '../host/call-limits.ts'
import type { CallHost } from '../host/host-api.ts'
import { slices } from './slices.ts'

export function recordMethods(callHost: CallHost): RecordMethods {
  /** Slices go one after the other, so records are saved in the given order. */
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
    inSlices(records, model, (slice, first) =>
      callHost('save', { model, mode: 'replace', first, records: slice }),
    )

  const trackDeletes = async (
    model: string,
    step: 'start' | 'end' | 'previous',
    options?: { allowMassDelete?: boolean },
  ) =>
    void (await callHost('trackDeletes', { model, step, allowMassDelete: options?.allowMassDelete === true }))

  return {
    batchSave: save,
    batchSend: save,
    batchUpdate: (records, model) =>
      inSlices(records, model, (slice, first) =>
        callHost('save', { model, mode: 'merge', first, records: slice }),
      ),
    batchDelete: (records, model) =>
      inSlices(
        records,
        model,
        (slice, first) => callHost('delete', { model, first, records: slice }),
        idOnly,
      ),
    getRecordsByIds: (ids, model) => recordsByIds(callHost, ids, model),
    listRecords: (model, options) => listed(callHost, model, options?.cursor ?? ''),
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
  callHost: CallHost,
  ids: I[],
  model: string,
): Promise<Map<I, T>> {
  const byText = new Map(ids.map((id) => [String(id), id]))
  const texts = [...byText.keys()]
  const found = new Map<I, T>()
  for (let at = 0; at < texts.length; at += RECORDS_PER_PAGE) {
    const some = texts.slice(at, at + RECORDS_PER_PAGE)
    for await (const page of listed<T & { id: unknown }>(callHost, model, '', some)) {
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

/** A page with large records may be shorter than its limit. */
async function* listed<T>(
  callHost: CallHost,
  model: string,
  cursor: string,
  ids: string[] = [],
): AsyncGenerator<T[], undefined, void> {
  for (let position = cursor; ; ) {
    const { json, nextCursor } = await callHost('listRecords', {
      model,
      cursor: position,
      ids,
      limit: RECORDS_PER_PAGE,
    })
    const page = JSON.parse(json) as T[]
    if (page.length > 0) yield page
    if (nextCursor === '') return
    position = nextCursor
  }
}
