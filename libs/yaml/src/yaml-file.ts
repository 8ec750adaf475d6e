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

/** A file that is not YAML, or has several documents. The message says where. */
export class InvalidYaml extends Error {
  override readonly name = 'InvalidYaml'
}

/** One document of YAML, and where its values are in the file. */
export class YamlFile {
  /** As plain data. */
  readonly value: unknown
  readonly #path: string
  readonly #lines = new LineCounter()
  readonly #document: Document

  /** `path` is for errors. */
  constructor(text: string, path: string) {
    this.#path = path
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    const [broken] = this.#document.errors
    if (broken) throw new InvalidYaml(`${this.#placeAt(broken.pos[0])}: ${messageOf(broken)}`)
    try {
      this.value = this.#document.toJS()
    } catch (error) {
      // Anchors would make a large object of a small file.
      throw new InvalidYaml(`${path}: is not valid YAML: ${error instanceof Error ? error.message : error}`)
    }
  }

  /** File and line of a value, or of what it should be in. */
  placeOf(path: readonly PropertyKey[]): string {
    for (let end = path.length; end > 0; end--) {
      const parent = this.#document.getIn(path.slice(0, end - 1), true)
      const name = path[end - 1]
      if (isMap(parent)) {
        const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(name))
        if (isNode(pair?.key) && pair.key.range) return this.#placeAt(pair.key.range[0])
      } else if (isCollection(parent)) {
        const item = parent.get(name, true)
        if (isNode(item) && item.range) return this.#placeAt(item.range[0])
      }
    }
    return this.#placeAt(0)
  }

  valueAt(path: readonly PropertyKey[]): unknown {
    return this.#document.getIn(path)
  }

  #placeAt(offset: number): string {
    return `${this.#path}:${this.#lines.linePos(offset).line}`
  }
}

const messageOf = ({ code, message }: YAMLParseError) =>
  code === 'MULTIPLE_DOCS'
    ? 'a file has one document: put the next one into a file of its own'
    : `is not valid YAML: ${message}`
