import type { NoteShapeRequest } from '@syncline/proto'
import { z } from 'zod'

/** With fewer records, missing or new fields mean nothing. */
const RECORDS_MIN = 10
const FIELDS_MAX = 200
const NAMED = 5

/** The fields of all records of a stream that runs of a sync have saved so far: their types, and whether all records had them. */
export const KnownShape = z.object({
  records: z.number(),
  fields: z.record(z.string(), z.object({ types: z.array(z.string()), always: z.boolean() })),
})
export type KnownShape = z.infer<typeof KnownShape>

type Seen = Pick<NoteShapeRequest, 'records' | 'fields'>

/** What a run's records have in another way than those before, in words; and what is known from now on, so that it is told once. */
export function driftOf(before: KnownShape | undefined, seen: Seen): { drift: string[]; known: KnownShape } {
  const known = merged(before, seen)
  if (before === undefined || before.records < RECORDS_MIN) return { drift: [], known }
  const now = new Map(seen.fields.map((field) => [field.path, field]))
  const isFull = Object.keys(before.fields).length >= FIELDS_MAX || now.size >= FIELDS_MAX
  const added = [...now.keys()].filter((path) => before.fields[path] === undefined)
  const missing = Object.entries(before.fields).flatMap(([path, { always }]) =>
    always && !now.has(path) ? [path] : [],
  )
  const changed = [...now].flatMap(([path, { types }]) => {
    const others = withoutNull(before.fields[path]?.types ?? [])
    const fresh = withoutNull(types).filter((type) => !others.includes(type))
    return others.length > 0 && fresh.length > 0
      ? [`${path} (${fresh.join(', ')}, was ${others.join(', ')})`]
      : []
  })
  const drift = [
    ...(isFull ? [] : told('new', outermost(added))),
    ...(isFull || seen.records < RECORDS_MIN ? [] : told('missing', outermost(missing))),
    ...told('of another type', changed),
  ]
  return { drift, known }
}

function merged(before: KnownShape | undefined, { records, fields }: Seen): KnownShape {
  const now = new Map(fields.map((field) => [field.path, field]))
  const paths = [...new Set([...Object.keys(before?.fields ?? {}), ...now.keys()])].slice(0, FIELDS_MAX)
  const entries = paths.map((path) => {
    const [known, seen] = [before?.fields[path], now.get(path)]
    const types = [...new Set([...(known?.types ?? []), ...(seen?.types ?? [])])].sort()
    const always = (before === undefined || known?.always === true) && seen?.always === true
    return [path, { types, always }] as const
  })
  // The count is a sign of experience only, and what is stored is to change seldom.
  return {
    records: Math.min((before?.records ?? 0) + records, RECORDS_MIN),
    fields: Object.fromEntries(entries),
  }
}

const withoutNull = (types: string[]) => types.filter((type) => type !== 'null')

/** Of a new object its fields are new, too: they need no mention. */
function outermost(paths: string[]): string[] {
  const all = new Set(paths)
  return paths.filter((path) => !parents(path).some((parent) => all.has(parent)))
}

const parents = (path: string): string[] =>
  [...path.matchAll(/\.|\[\]/g)].map(({ index }) => path.slice(0, index)).filter((parent) => parent !== path)

function told(what: string, paths: string[]): string[] {
  if (paths.length === 0) return []
  const more = paths.length > NAMED ? ` and ${paths.length - NAMED} more` : ''
  return [`${what}: ${paths.slice(0, NAMED).join(', ')}${more}`]
}
