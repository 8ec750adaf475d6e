import type { DeleteOptions, RecordMethods, RecordReads } from '@syncline/function-types'
import { RECORDS_PER_CALL, RECORDS_PER_PAGE } from '../host/call-limits.ts'
import type { CallHost } from '../host/host-api.ts'
import type { ModelChecks } from './model-checks.ts'
import type { ModelShapes } from './model-shapes.ts'
import { parseJson } from './parse-json.ts'
import { slices } from './slices.ts'
import type { UnresolvedFailures } from './unresolved-failures.ts'

/** Records that are named in a line of the log. */
const NAMED = 5

interface RunParts {
  failures: UnresolvedFailures
  checks: ModelChecks
  shapes: ModelShapes
  warn: (text: string) => void
  onTrackDeletes: () => void
}

export function recordMethods(
  callHost: CallHost,
  { failures, checks, shapes, warn, onTrackDeletes }: RunParts,
): RecordMethods {
  /** Slices go one after the other, so records are saved in the given order. */
  const save = (mode: 'replace' | 'merge') => async (list: unknown[], model: string) => {
    mustBeList(list, model)
    checks.check(list, model, mode)
    if (mode === 'replace') shapes.note(list, model)
    for (const { text, sizes, skipped, mended } of slices(list)) {
      if (mended.length > 0) {
        warn(`model '${model}': half of a character was replaced by U+FFFD in records ${someOf(mended)}`)
      }
      await callHost('save', { model, mode, sizes, skipped }, text)
    }
    return true as const
  }

  const trackDeletes = async (
    model: string,
    step: 'start' | 'end' | 'previous',
    options: DeleteOptions = {},
  ) => {
    if (step === 'start') onTrackDeletes()
    await callHost('trackDeletes', {
      model,
      step,
      allowMassDelete: options.allowMassDelete === true,
      allowIncomplete: options.allowIncomplete === true,
      incomplete: step === 'start' || options.allowIncomplete === true ? '' : failures.incomplete,
    })
  }

  return {
    batchSave: save('replace'),
    batchSend: save('replace'),
    batchUpdate: save('merge'),
    batchDelete: async (list, model) => {
      mustBeList(list, model)
      for (let first = 0; first < list.length; first += RECORDS_PER_CALL) {
        const records = list.slice(first, first + RECORDS_PER_CALL).map((record) => idOnly(record, model))
        await callHost('delete', { model, first, records })
      }
      return true
    },
    ...recordReads(callHost),
    setMergingStrategy: async ({ strategy, cursor = '' }, model) =>
      void (await callHost('setMergingStrategy', { model, strategy, cursor })),
    trackDeletesStart: (model) => trackDeletes(model, 'start'),
    trackDeletesEnd: (model, options) => trackDeletes(model, 'end', options),
    deleteRecordsFromPreviousExecutions: (model, options) => trackDeletes(model, 'previous', options),
  }
}

/** What actions have, too. */
export function recordReads(callHost: CallHost): RecordReads {
  return {
    getRecordsByIds: (ids, model) => recordsByIds(callHost, ids, model),
    listRecords: (model, options) => listed(callHost, model, options?.cursor ?? ''),
  }
}

function someOf(ids: string[]): string {
  const named = ids.slice(0, NAMED).map((id) => `'${id.slice(0, 40)}'`)
  return named.join(', ') + (ids.length > NAMED ? ` and ${ids.length - NAMED} more` : '')
}

async function recordsByIds<I extends string | number, T>(
  callHost: CallHost,
  ids: I[],
  model: string,
): Promise<Map<I, T>> {
  // 7 and '7' name the same record: it is found by both.
  const byText = Map.groupBy(ids, String)
  const texts = [...byText.keys()]
  const found = new Map<I, T>()
  for (let at = 0; at < texts.length; at += RECORDS_PER_PAGE) {
    const some = texts.slice(at, at + RECORDS_PER_PAGE)
    for await (const page of listed<T & { id: unknown }>(callHost, model, '', some)) {
      for (const record of page) {
        for (const id of byText.get(String(record.id)) ?? []) found.set(id, record)
      }
    }
  }
  return found
}

function mustBeList(list: unknown, model: string): void {
  if (!Array.isArray(list)) throw new TypeError(`model '${model}': the records must be an array`)
}

/** As JSON can carry it. */
function idOnly(record: unknown, model: string): unknown {
  if (typeof record !== 'object' || record === null || !('id' in record)) return record
  const { id } = record
  if (typeof id === 'number' && !Number.isFinite(id))
    throw new TypeError(`model '${model}': a record to delete has ${id} at 'id'`)
  return { id: typeof id === 'bigint' ? String(id) : id }
}

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
    const page = parseJson(json) as T[]
    if (page.length > 0) yield page
    if (nextCursor === '') return
    position = nextCursor
  }
}
