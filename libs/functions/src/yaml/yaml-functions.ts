import { frequencyLimits, parseFrequency } from '@syncline/frequency'
import type { z } from 'zod'
import type { FunctionKind } from '../function-file.ts'
import type { ModelType } from './model-type.ts'
import type { Models } from './models.ts'
import { endpointsOf, namesOf, YamlAction, type YamlIntegration, YamlSync } from './nango-yaml.ts'
import type { Problem } from './problem.ts'
import { wrapperText } from './wrapper.ts'
import { ZodText } from './zod-text.ts'

/** A function that a `nango.yaml` names. */
export interface YamlFunction {
  kind: FunctionKind
  integration: string
  name: string
  /** Where it is in the file. */
  path: PropertyKey[]
  /** Of what it saves, takes and gives, with those that they contain. */
  models: Set<string>
  /** The text of its module, which imports `file`. Undefined: something is wrong with it. */
  wrapper: ((file: string) => string) | undefined
}

const NAME = /^[a-zA-Z0-9_-]+$/

type Report = (problem: Problem) => void

/** The functions of one integration. Of each that is wrong, `report` is called. */
export function yamlFunctions(
  integration: string,
  { syncs, actions }: YamlIntegration,
  models: Models,
  report: Report,
): YamlFunction[] {
  const taken = { endpoints: new Map<string, string>(), outputs: new Map<string, string>() }
  const found: YamlFunction[] = []
  const add = (kind: 'sync' | 'action', name: string, value: unknown) => {
    const path = ['integrations', integration, `${kind}s`, name]
    const reading = { integration, name, path, models, report, ...taken }
    if (!NAME.test(name)) {
      const message = "its name must be of letters, digits, '_' and '-'"
      report({ code: 'invalid_field', path, message })
    }
    const read = kind === 'sync' ? readSync(value, reading) : readAction(value, reading)
    found.push({ kind, integration, name, path, ...(read ?? { models: new Set(), wrapper: undefined }) })
  }
  for (const [name, value] of Object.entries(syncs ?? {})) add('sync', name, value)
  for (const [name, value] of Object.entries(actions ?? {})) add('action', name, value)
  return found
}

interface Reading {
  name: string
  path: PropertyKey[]
  models: Models
  report: Report
  /** Of the integration: whose they are. */
  endpoints: Map<string, string>
  outputs: Map<string, string>
}

type Read = Pick<YamlFunction, 'models' | 'wrapper'>

function readSync(value: unknown, reading: Reading): Read | undefined {
  const { path, models, report } = reading
  const sync = checked(YamlSync, value, reading)
  if (!sync) return undefined
  const outputs = namesOf(sync.output)
  checkRuns(sync.runs, reading)
  checkOutputs(outputs, reading)
  const endpoints = endpointsOf(sync.endpoint, 'GET')
  checkEndpoints(endpoints, reading)
  if (endpoints.length !== outputs.length) {
    const message = `there are ${endpoints.length} endpoints and ${outputs.length} models: each model has one endpoint`
    report({ code: 'endpoints_mismatch', path: [...path, 'endpoint'], message })
  }
  const text = new ZodText(models)
  const types: ModelType[] = outputs.map((name) => ({ kind: 'model', name }))
  const fields: Record<string, string> = {
    models: `{ ${outputs.map((name, at) => `${JSON.stringify(name)}: ${text.of(types[at] as ModelType)}`).join(', ')} }`,
    onWebhook: 'file.onWebhookPayloadReceived',
  }
  if (sync.input !== undefined) {
    const input = models.typeOf({ value: sync.input, path: [...path, 'input'] })
    types.push(input)
    fields.metadata = text.of(input)
  }
  const facts = {
    description: sync.description ?? '',
    frequency: sync.runs,
    version: sync.version,
    syncType: sync.sync_type?.toLowerCase(),
    trackDeletes: sync.track_deletes,
    autoStart: sync.auto_start ?? true,
    scopes: namesOf(sync.scopes),
    webhookSubscriptions: namesOf(sync['webhook-subscriptions']),
    endpoints,
  }
  return {
    models: usedModels(models, types),
    wrapper: (file) =>
      wrapperText({ file, creator: 'createSync', facts, fields, declarations: text.declarations }),
  }
}

function readAction(value: unknown, reading: Reading): Read | undefined {
  const { path, models } = reading
  const action = checked(YamlAction, value, reading)
  if (!action) return undefined
  const endpoints = endpointsOf(action.endpoint ?? [], 'POST')
  checkEndpoints(endpoints, reading)
  const text = new ZodText(models)
  const typeOf = (key: 'input' | 'output'): ModelType | undefined =>
    action[key] == null ? undefined : models.typeOf({ value: action[key], path: [...path, key] })
  const [input, output] = [typeOf('input'), typeOf('output')]
  // Without a type, the file says nothing of it.
  const fields = {
    input: input ? text.of(input) : 'z.any()',
    output: output ? text.of(output) : 'z.any()',
  }
  const facts = {
    description: action.description ?? '',
    version: action.version,
    scopes: namesOf(action.scopes),
    endpoint: endpoints[0],
  }
  return {
    models: usedModels(
      models,
      [input, output].filter((type) => type !== undefined),
    ),
    wrapper: (file) =>
      wrapperText({ file, creator: 'createAction', facts, fields, declarations: text.declarations }),
  }
}

function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  { path, report }: Reading,
): z.output<Schema> | undefined {
  const { data, error } = schema.safeParse(value)
  for (const problem of error ? fieldProblems(error.issues, path) : []) report(problem)
  return data
}

/** What a schema has found. It names unknown keys together, at the object that has them. */
export function fieldProblems(issues: z.core.$ZodIssue[], path: PropertyKey[]): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    const at = [...path, ...issue.path]
    if (issue.code !== 'unrecognized_keys') {
      return [{ code: 'invalid_field', path: at, message: wordsOf(issue) }]
    }
    const message = 'is not a field of nango.yaml there: check its spelling'
    return issue.keys.map((key) => ({ code: 'invalid_field', path: [...at, key], message }))
  })
}

function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union') {
    return [...new Set(issue.errors.flat().map(wordsOf))].join(', or ')
  }
  if (issue.code === 'invalid_key') return issue.issues.map(wordsOf).join(', ')
  return issue.message
}

function checkRuns(runs: string, { path, report }: Reading): void {
  try {
    parseFrequency(runs, frequencyLimits)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    report({ code: 'invalid_runs', path: [...path, 'runs'], message: error.message })
  }
}

function checkOutputs(names: string[], { path, models, report, outputs, name: sync }: Reading): void {
  const at = [...path, 'output']
  if (names.length === 0)
    report({ code: 'invalid_field', path: at, message: 'a sync has at least one model' })
  for (const name of names) {
    const owner = outputs.get(name)
    const model = models.byName.get(name)
    if (owner !== undefined) {
      const message = `the model '${name}' is of the sync '${owner}' already: a model is saved by one sync of an integration`
      report({ code: 'duplicate_model', path: at, message })
    } else if (!model) {
      report({ code: 'model_not_found', path: at, message: `there is no model '${name}' in models` })
    } else if (!model.fields.some((field) => field.name === 'id')) {
      const message = `the model '${name}' has no field 'id', which identifies its records`
      report({ code: 'model_missing_id', path: at, message })
    }
    outputs.set(name, sync)
  }
}

function checkEndpoints(
  list: { method: string; path: string }[],
  { name, path: at, models, report, endpoints }: Reading,
): void {
  const path = [...at, 'endpoint']
  for (const endpoint of list) {
    const text = `${endpoint.method} ${endpoint.path}`
    const owner = endpoints.get(text)
    if (owner !== undefined) {
      const message = `'${text}' is the endpoint of '${owner}' already`
      report({ code: 'duplicate_endpoint', path, message })
    }
    endpoints.set(text, name)
    for (const [, model = ''] of endpoint.path.matchAll(/\{([^}:]+)[^}]*\}/g)) {
      if (models.byName.has(model)) continue
      report({
        code: 'model_not_found',
        path,
        message: `'${text}' names the model '${model}', which is not in models`,
      })
    }
  }
}

function usedModels(models: Models, types: ModelType[]): Set<string> {
  const found = new Set<string>()
  for (const type of types) models.usedBy(type, found)
  return found
}
