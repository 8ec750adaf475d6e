import { AppError } from '@syncline/errors'
import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  type YAMLParseError,
} from 'yaml'
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
  readonly #path: string
  readonly #lines = new LineCounter()
  readonly #document: Document

  /** `path` is for errors. */
  constructor(text: string, path: string) {
    this.#path = path
    if (text.length > MAX_CHARS) throw invalid([`${path}: is larger than ${MAX_CHARS} characters`])
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    const [broken] = this.#document.errors
    if (broken) throw invalid([`${this.#placeAt(broken.pos[0])}: ${yamlMessage(broken)}`])
    const json = this.#toJson()
    const { error } = ProviderFields.safeParse(json)
    if (error) throw this.#report(error.issues.flatMap((issue) => this.#problemsOf(issue)))
    // It was checked, and stays without the defaults of its fields.
    this.file = json as ProviderFile
  }

  /** Fails if anchors would make a large object of a small file. */
  #toJson(): unknown {
    try {
      return this.#document.toJS()
    } catch (error) {
      throw invalid([`${this.#path}: is not valid YAML: ${error instanceof Error ? error.message : error}`])
    }
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
        return `${this.#placeOf(path)}: ${field || 'the file'}: ${message}`
      }),
    )
  }

  /** Of what the schema has found. It names unknown keys together, at the object that has them. */
  #problemsOf(issue: z.core.$ZodIssue): Problem[] {
    if (issue.code === 'unrecognized_keys') {
      const message = 'is not a field of provider files: check its spelling'
      return issue.keys.map((key) => ({ path: [...issue.path, key], message }))
    }
    const value = this.#document.getIn(issue.path)
    const shown = isShort(value) ? `, not ${JSON.stringify(value)}` : ''
    return [{ path: issue.path, message: schemaMessage(issue, value) + shown }]
  }

  /** The line of a field, or of what it should be in. */
  #placeOf(path: PropertyKey[]): string {
    for (let end = path.length; end > 0; end--) {
      const parent = this.#document.getIn(path.slice(0, end - 1), true)
      const name = path[end - 1]
      if (isMap(parent)) {
        const pair = parent.items.find(({ key }) => isScalar(key) && key.value === name)
        if (isNode(pair?.key) && pair.key.range) return this.#placeAt(pair.key.range[0])
      } else if (isCollection(parent)) {
        const item = parent.get(name, true)
        if (isNode(item) && item.range) return this.#placeAt(item.range[0])
      }
    }
    return this.#placeAt(0)
  }

  #placeAt(offset: number): string {
    return `${this.#path}:${this.#lines.linePos(offset).line}`
  }
}

const invalid = (lines: string[]) => new AppError('invalid_body', lines.join('\n'))

const yamlMessage = ({ code, message }: YAMLParseError) =>
  code === 'MULTIPLE_DOCS'
    ? 'a file has one provider: put the next one into a file of its own'
    : `is not valid YAML: ${message}`

const isShort = (value: unknown) =>
  ['string', 'number', 'boolean'].includes(typeof value) && String(value).length <= MAX_VALUE_CHARS
