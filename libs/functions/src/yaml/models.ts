import type { Field, ModelType, ObjectType } from './model-type.ts'
import { parseType } from './parse-type.ts'
import type { Problem } from './problem.ts'

const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/** A place in the file and the value there. */
interface At {
  value: unknown
  path: PropertyKey[]
}

/** The models of a `nango.yaml`, and the types that its functions name. */
export class Models {
  readonly byName = new Map<string, ObjectType>()
  readonly #source: Record<string, unknown>
  readonly #report: (problem: Problem) => void

  constructor(source: Record<string, unknown>, report: (problem: Problem) => void) {
    this.#source = source
    this.#report = report
    for (const name of Object.keys(source)) {
      if (NAME.test(name)) this.#read(name, [])
      else this.#problem('invalid_model_name', ['models', name], 'a name has letters, digits and _')
    }
    this.#warnOfCycles()
  }

  /** The type that a text, or fields, or a list of types say. */
  typeOf(at: At): ModelType {
    const { value, path } = at
    if (typeof value === 'string') {
      return parseType(value, {
        isModel: (name) => Object.hasOwn(this.#source, name),
        report: (problem) => this.#report({ ...problem, path }),
      })
    }
    if (Array.isArray(value)) return this.#listType(value, path)
    if (typeof value === 'object' && value !== null) return this.#objectType(value, path, [])
    return { kind: 'literal', value: value as number | boolean | null } // YAML has no other scalars
  }

  /** Names of a model that a type has, with all that these have. */
  usedBy(type: ModelType, found = new Set<string>()): Set<string> {
    for (const name of modelsIn(type)) {
      if (found.has(name)) continue
      found.add(name)
      const model = this.byName.get(name)
      if (model) this.usedBy(model, found)
    }
    return found
  }

  #read(name: string, extending: string[]): ObjectType {
    const known = this.byName.get(name)
    if (known) return known
    const path = ['models', name]
    const source = this.#source[name]
    if (typeof source !== 'object' || source === null || Array.isArray(source)) {
      this.#problem('type_syntax_error', path, 'a model has fields (field: type)')
      return this.#add(name, { kind: 'object', fields: [] })
    }
    return this.#add(name, this.#objectType(source, path, [...extending, name]))
  }

  #add(name: string, type: ObjectType): ObjectType {
    this.byName.set(name, type)
    return type
  }

  #objectType(source: object, path: PropertyKey[], extending: string[]): ObjectType {
    const fields = new Map<string, Field>()
    let rest: ModelType | undefined
    for (const [key, value] of Object.entries(source)) {
      const at = { value, path: [...path, key] }
      if (key === '__extends') {
        for (const base of this.#basesOf(at, extending)) {
          for (const field of base.fields) fields.set(field.name, field)
          rest ??= base.rest
        }
      } else if (key === '__string') {
        rest = this.typeOf(at)
      } else {
        const isOptional = key.endsWith('?')
        const name = isOptional ? key.slice(0, -1) : key
        fields.set(name, { name, isOptional, type: this.typeOf(at) })
      }
    }
    return { kind: 'object', fields: [...fields.values()], ...(rest && { rest }) }
  }

  #basesOf({ value, path }: At, extending: string[]): ObjectType[] {
    const names = typeof value === 'string' ? value.split(',').map((name) => name.trim()) : [String(value)]
    return names.flatMap((name) => {
      if (extending.includes(name)) {
        this.#problem('cyclic_model', path, `'${name}' extends itself: what it repeats is left out`)
        return []
      }
      if (!Object.hasOwn(this.#source, name)) {
        this.#problem('model_extends_not_found', path, `there is no model '${name}'`)
        return []
      }
      return [this.#read(name, extending)]
    })
  }

  /** A list of one type, or of several: each item has one of them. */
  #listType(values: unknown[], path: PropertyKey[]): ModelType {
    const of = values.map((value, index) => this.typeOf({ value, path: [...path, index] }))
    if (of.length === 0) return { kind: 'named', name: 'array' }
    return { kind: 'array', of: of.length === 1 ? (of[0] as ModelType) : { kind: 'union', of } }
  }

  #warnOfCycles(): void {
    for (const [name, type] of this.byName) {
      if (this.usedBy(type).has(name)) {
        this.#problem('cyclic_model', ['models', name], `'${name}' contains itself`)
      }
    }
  }

  #problem(code: Problem['code'], path: PropertyKey[], message: string): void {
    this.#report({ code, path, message })
  }
}

function modelsIn(type: ModelType): string[] {
  switch (type.kind) {
    case 'model':
      return [type.name]
    case 'array':
      return modelsIn(type.of)
    case 'union':
      return type.of.flatMap(modelsIn)
    case 'object':
      return [...type.fields.map((field) => field.type), ...(type.rest ? [type.rest] : [])].flatMap(modelsIn)
    default:
      return []
  }
}
