import { InvalidYaml, YamlFile } from '@syncline/yaml'
import { Models } from './models.ts'
import { isVersion1, NangoYaml } from './nango-yaml.ts'
import { isWarning, type Problem } from './problem.ts'
import { yamlEvents } from './yaml-events.ts'
import { fieldProblems, type YamlFunction, yamlFunctions } from './yaml-functions.ts'

const MAX_CHARS = 4 * 1024 * 1024

export interface FoundInYaml {
  /** All functions that the file names. One that is wrong has no wrapper. */
  named: YamlFunction[]
  notDeployed: { name: string; reason: string }[]
  /** Functions that are wrong, or `nango.yaml` itself, with the reasons. */
  refused: string[]
  warnings: string[]
}

/** Reads a `nango.yaml` of version 2. What is wrong refuses the functions that it is about, and no others. */
export function readNangoYaml(text: string, path = 'nango.yaml'): FoundInYaml {
  const found: FoundInYaml = { named: [], notDeployed: [], refused: [], warnings: [] }
  const file = readFile(text, path)
  if (typeof file === 'string') return { ...found, refused: [file] }
  if (isVersion1(file.value)) {
    const reason = `is of version 1: write integrations.<key>.syncs.<name> with output, runs and endpoint`
    return { ...found, notDeployed: [{ name: path, reason }] }
  }
  const { data, error } = NangoYaml.safeParse(file.value)
  const problems: Problem[] = []
  const report = (problem: Problem) => problems.push(problem)
  const shown = ({ code, path: at, message }: Problem) =>
    `${file.placeOf(at)}: ${at.map(String).join('.') || 'the file'}: ${code}: ${message}`
  if (error) return { ...found, refused: fieldProblems(error.issues, []).map(shown) }

  const models = new Models(data.models ?? {}, report)
  for (const [integration, value] of Object.entries(data.integrations)) {
    found.named.push(...yamlFunctions(integration, value, models, report))
    found.named.push(...yamlEvents(integration, value, report))
  }
  const errors = problems.filter((problem) => !isWarning(problem))
  const isBroken = ({ path, models }: YamlFunction) =>
    errors.some(({ path: at }) => isBelow(at, path) || (at[0] === 'models' && models.has(String(at[1]))))
  return {
    ...found,
    named: found.named.map((each) => (isBroken(each) ? { ...each, wrapper: undefined } : each)),
    refused: errors.map(shown),
    warnings: problems.filter(isWarning).map(shown),
  }
}

function readFile(text: string, path: string): YamlFile | string {
  if (text.length > MAX_CHARS) return `${path}: is larger than ${MAX_CHARS} characters`
  try {
    return new YamlFile(text, path)
  } catch (error) {
    if (!(error instanceof InvalidYaml)) throw error
    return error.message
  }
}

function isBelow(path: PropertyKey[], above: PropertyKey[]): boolean {
  return above.every((key, index) => path[index] === key)
}
