import { AppError } from '@syncline/errors'
import { InvalidYaml, YamlFile } from '@syncline/yaml'
import type { z } from 'zod'
import { InvalidProvider } from './invalid-provider.ts'
import { ProviderFields, type ProviderFile } from './provider-file.ts'
import { schemaMessage } from './schema-message.ts'

const MAX_CHARS = 64 * 1024
const MAX_VALUE_CHARS = 100

interface Problem {
  path: PropertyKey[]
  message: string
}

/** Reads a provider file from YAML. Each thing that is wrong is named with file, line, field and value. */
export class ReadProvider {
  readonly file: ProviderFile
  readonly #yaml: YamlFile

  /** `path` is for errors. */
  constructor(text: string, path: string) {
    if (text.length > MAX_CHARS) throw invalid([`${path}: is larger than ${MAX_CHARS} characters`])
    this.#yaml = readYaml(text, path)
    const { value } = this.#yaml
    const { error } = ProviderFields.safeParse(value)
    if (error) throw this.#report(error.issues.flatMap((issue) => this.#problemsOf(issue)))
    // It was checked, and stays without the defaults of its fields.
    this.file = value as ProviderFile
  }

  /** What was found later, with the place in the file. Other errors stay as they are. */
  located(error: unknown): unknown {
    return error instanceof InvalidProvider && error.provider === this.file.name
      ? this.#report(error.issues)
      : error
  }

  #report(problems: Problem[]): AppError {
    return invalid(
      problems.map(({ path, message }) => {
        const field = path.map(String).join('.')
        return `${this.#yaml.placeOf(path)}: ${field || 'the file'}: ${message}`
      }),
    )
  }

  /** Of what the schema has found. It names unknown keys together, at the object that has them. */
  #problemsOf(issue: z.core.$ZodIssue): Problem[] {
    if (issue.code === 'unrecognized_keys') {
      const message = 'is not a field of provider files: check its spelling'
      return issue.keys.map((key) => ({ path: [...issue.path, key], message }))
    }
    const value = this.#yaml.valueAt(issue.path)
    const shown = isShort(value) ? `, not ${JSON.stringify(value)}` : ''
    return [{ path: issue.path, message: schemaMessage(issue, value) + shown }]
  }
}

function readYaml(text: string, path: string): YamlFile {
  try {
    return new YamlFile(text, path)
  } catch (error) {
    throw error instanceof InvalidYaml ? invalid([error.message]) : error
  }
}

const invalid = (lines: string[]) => new AppError('invalid_body', lines.join('\n'))

const isShort = (value: unknown) =>
  ['string', 'number', 'boolean'].includes(typeof value) && String(value).length <= MAX_VALUE_CHARS
