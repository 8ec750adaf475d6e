import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Process, type VariableFacts, variableFacts } from '@syncline/service'
import { Config as Gateway } from '../../services/gateway/src/config.ts'
import { Config as Records } from '../../services/records/src/config.ts'
import { Config as Runner } from '../../services/runner/src/config.ts'
import { Config as Scheduler } from '../../services/scheduler/src/config.ts'
import { ROOT } from './service-process.ts'

export interface Variable extends VariableFacts {
  name: string
  services: string[]
  /** The comment above it in the source. */
  meaning: string
}

const schemas = { gateway: Gateway, scheduler: Scheduler, runner: Runner, records: Records }

const sources = [
  ...Object.keys(schemas).map((service) => `services/${service}/src/config.ts`),
  'libs/service/src/server-variables.ts',
  'libs/service/src/process-variables.ts',
]

/** Every variable that a service reads, by name. */
export function allVariables(): Variable[] {
  const meanings = new Map(sources.flatMap(commentsOf))
  const variables = new Map<string, Variable>()
  for (const [service, schema] of Object.entries(schemas)) {
    for (const [name, facts] of [...variableFacts(Process), ...variableFacts(schema)]) {
      const variable = variables.get(name) ?? {
        ...facts,
        name,
        services: [],
        meaning: meanings.get(name) ?? '',
      }
      if (!variable.services.includes(service)) variable.services.push(service)
      variables.set(name, variable)
    }
  }
  return [...variables.values()].sort((a, b) => a.name.localeCompare(b.name))
}

/** The table of docs/reference/configuration.md. */
export function variableTable(): string {
  const rows = allVariables().map(({ name, services, fallback, kind, bounds, meaning }) => {
    const readBy = services.length === Object.keys(schemas).length ? 'all' : services.join(', ')
    const allowed = bounds ? `${shown(bounds.least)} to ${shown(bounds.most)}` : kind
    return `| \`${name}\` | ${readBy} | ${defaultOf(fallback)} | ${allowed} | ${meaning} |`
  })
  return ['| variable | read by | default | allowed | meaning |', '|---|---|---|---|---|', ...rows].join('\n')
}

/** The source of libs/service/src/known-variables.ts. */
export function knownVariablesSource(): string {
  const names = allVariables().map(({ name }) => `  '${name}',`)
  return `/** What any of our services reads. Written by \`pnpm variables\`; a unit test of the launcher compares it with the services. */
export const knownVariables: string[] = [\n${names.join('\n')}\n]\n`
}

function defaultOf(fallback: unknown): string {
  if (fallback === undefined) return 'required'
  if (typeof fallback === 'number') return shown(fallback)
  const text = String(fallback)
  return text === '' ? '–' : `\`${text}\``
}

const shown = (number: number): string =>
  number >= 10_000 ? number.toLocaleString('en').replaceAll(',', ' ') : String(number)

function commentsOf(file: string): [name: string, comment: string][] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const commented = text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+([A-Z][A-Z_]+): /g)
  return [...commented].map(([, comment = '', name = '']) => [
    name,
    comment
      .replaceAll(/^\s*\* ?/gm, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll('|', '\\|')
      .trim(),
  ])
}
