import type { BuiltinType, Field, ModelType, ObjectType } from './model-type.ts'
import type { Models } from './models.ts'

const builtins: Record<BuiltinType, string> = {
  string: 'z.string()',
  number: 'z.number()',
  boolean: 'z.boolean()',
  // Records and inputs are JSON: what a function gets and gives is mostly the text of a date.
  date: 'z.union([z.date(), z.string()])',
  any: 'z.any()',
  object: 'z.union([z.looseObject({}), z.array(z.any())])',
  array: 'z.array(z.any())',
  bigint: 'z.bigint()',
  undefined: 'z.undefined()',
  never: 'z.never()',
}

/** Source text that makes zod schemas of models and types. They keep fields that they do not name, as TypeScript's types do. */
export class ZodText {
  readonly #models: Models
  readonly #begun = new Set<string>()
  readonly #declared = new Set<string>()
  readonly #declarations: string[] = []

  constructor(models: Models) {
    this.#models = models
  }

  /** An expression. The models in it are declared by `declarations`. */
  of(type: ModelType): string {
    switch (type.kind) {
      case 'named':
        return builtins[type.name]
      case 'literal':
        return type.value === null ? 'z.null()' : `z.literal(${JSON.stringify(type.value)})`
      case 'model':
        return this.#model(type.name)
      case 'array':
        return `z.array(${this.of(type.of)})`
      case 'union':
        return `z.union([${type.of.map((each) => this.of(each)).join(', ')}])`
      case 'object':
        return this.#object(type)
    }
  }

  get declarations(): string {
    return this.#declarations.join('\n')
  }

  #object({ fields, rest }: ObjectType): string {
    const shape = `{ ${fields.map((field) => this.#field(field)).join(', ')} }`
    return rest ? `z.object(${shape}).catchall(${this.of(rest)})` : `z.looseObject(${shape})`
  }

  #field({ name, type, isOptional }: Field): string {
    return `[${JSON.stringify(name)}]: ${this.of(type)}${isOptional ? '.optional()' : ''}`
  }

  /** A model is declared after those that it contains, unless it contains itself. */
  #model(name: string): string {
    const variable = `model_${name}`
    if (this.#declared.has(name)) return variable
    if (this.#begun.has(name)) return `z.lazy(() => ${variable})`
    this.#begun.add(name)
    const model = this.#models.byName.get(name)
    this.#declarations.push(`const ${variable} = ${model ? this.#object(model) : 'z.any()'}`)
    this.#declared.add(name)
    return variable
  }
}
