import { isSchema, type StandardSchema } from './action-schema.ts'
import type { Validation } from './run-facts.ts'

/** Records of a model that do not fit: with more, only each 16th record is looked at, as to tell what is wrong takes long. */
const UNFIT_IN_FULL = 1000
const EACH = 16
/** Of a model. */
const PATHS = 20
const PATHS_SHOWN = 5
const PATH_CHARS = 100

interface Issue {
  message: string
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined
  code?: unknown
  expected?: unknown
}

interface Findings {
  seen: number
  checked: number
  unfit: number
  /** By path and kind of fault, how many records have it. No values: they may be personal data. */
  faults: Map<string, number>
}

/** Holds the records of a run against the schemas of their models. What zod and others have in common is enough. */
export class ModelChecks {
  readonly #schemas: Map<string, StandardSchema>
  readonly #how: Validation
  readonly #findings = new Map<string, Findings>()

  constructor(models: Record<string, unknown>, how: Validation = 'warn') {
    const schemas = Object.entries(models).filter((model): model is [string, StandardSchema] =>
      isSchema(model[1]),
    )
    this.#schemas = new Map(how === 'off' ? [] : schemas)
    this.#how = how
  }

  /**
   * A record fits if its schema takes it as it is, or as JSON: a date may be declared as the text that is stored. Of one that is
   * merged into a stored record, fields that it lacks may be missing. The check waits for nothing: a save that the function does not
   * await is to be on its way before a checkpoint that follows it.
   *
   * @throws If the check is strict, for the first record that does not fit.
   */
  check(records: unknown[], model: string, mode: 'replace' | 'merge'): void {
    const schema = this.#schemas.get(model)
    if (schema === undefined) return
    const findings = this.#findingsOf(model)
    for (const [index, record] of records.entries()) {
      const isSampled = findings.unfit >= UNFIT_IN_FULL
      findings.seen++
      if (isSampled && findings.seen % EACH !== 0) continue
      findings.checked++
      const issues = issuesOf(schema, record)
      if (issues.length === 0) continue
      const faults = faultsOf(schema, record, issues, mode)
      const [first] = faults
      if (first === undefined) continue
      if (this.#how === 'strict') throw unfit(model, index, record, first)
      note(findings, faults)
    }
  }

  /** One for each model with records that do not fit. */
  warnings(): string[] {
    return [...this.#findings].flatMap(([model, { seen, checked, unfit, faults }]) => {
      if (unfit === 0) return []
      const of = checked === seen ? `${seen} records` : `${checked} records that were checked, of ${seen},`
      const shown = [...faults].slice(0, PATHS_SHOWN).map(([fault, count]) => `${fault} in ${count}`)
      const more = faults.size > PATHS_SHOWN ? '; and others' : ''
      return [`model '${model}': ${unfit} of ${of} do not fit the model: ${shown.join('; ')}${more}`]
    })
  }

  #findingsOf(model: string): Findings {
    const present = this.#findings.get(model)
    if (present) return present
    const findings = { seen: 0, checked: 0, unfit: 0, faults: new Map<string, number>() }
    this.#findings.set(model, findings)
    return findings
  }
}

function faultsOf(
  schema: StandardSchema,
  record: unknown,
  issues: readonly Issue[],
  mode: 'replace' | 'merge',
): readonly Issue[] {
  const counts = (some: readonly Issue[]) =>
    mode === 'merge' ? some.filter(({ path }) => !isAbsent(record, path)) : some
  const faults = counts(issues)
  if (faults.length === 0) return faults
  const json = asJson(record)
  if (json === undefined) return faults
  return counts(issuesOf(schema, json)).length === 0 ? [] : faults
}

/** A check of the author's own may throw: then the record does not fit. */
function issuesOf(schema: StandardSchema, value: unknown): readonly Issue[] {
  try {
    const result = schema['~standard'].validate(value)
    if (!(result instanceof Promise)) return result.issues ?? []
    result.catch(() => {})
    return [{ message: 'the check of its model is asynchronous, which is not possible here', code: 'async' }]
  } catch (error) {
    return [{ message: error instanceof Error ? error.message : String(error) }]
  }
}

function asJson(record: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(record))
  } catch {
    return undefined
  }
}

function isAbsent(record: unknown, path: Issue['path'] = []): boolean {
  let at = record
  for (const part of path) {
    if (typeof at !== 'object' || at === null) return false
    const key = keyOf(part)
    if (!(key in at) || Reflect.get(at, key) === undefined) return true
    at = Reflect.get(at, key)
  }
  return false
}

function note(findings: Findings, faults: readonly Issue[]): void {
  findings.unfit++
  for (const text of new Set(faults.map(faultText))) {
    const count = findings.faults.get(text)
    if (count !== undefined || findings.faults.size < PATHS) findings.faults.set(text, (count ?? 0) + 1)
  }
}

/** Without the message: the author's own may hold values. */
function faultText({ path = [], code, expected }: Issue): string {
  const fault = typeof expected === 'string' ? `not ${expected}` : typeof code === 'string' ? code : 'custom'
  return `${pathText(path)} (${fault})`
}

/** Elements of a list have one path. */
function pathText(path: NonNullable<Issue['path']>): string {
  const text = path.map(keyOf).reduce<string>((joined, key) => {
    if (typeof key === 'number') return `${joined}[]`
    return joined === '' ? String(key) : `${joined}.${String(key)}`
  }, '')
  return text === '' ? 'the record' : text.slice(0, PATH_CHARS).toWellFormed()
}

function unfit(model: string, index: number, record: unknown, { path = [], message }: Issue): Error {
  const at = path.map((part) => String(keyOf(part))).join('.')
  const id = idOf(record)
  return new Error(
    `model '${model}': record ${index}${id} does not fit the model: ${at === '' ? '' : `${at}: `}${message}`,
  )
}

const keyOf = (part: PropertyKey | { key: PropertyKey }): PropertyKey =>
  typeof part === 'object' ? part.key : part

function idOf(record: unknown): string {
  const id = typeof record === 'object' && record !== null ? Reflect.get(record, 'id') : undefined
  return typeof id === 'string' || typeof id === 'number' ? ` (id '${String(id).slice(0, 40)}')` : ''
}
