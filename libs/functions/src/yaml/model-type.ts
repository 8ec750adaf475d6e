/** A type of the models in a `nango.yaml`. */
export type ModelType =
  | { kind: 'named'; name: BuiltinType }
  | { kind: 'literal'; value: string | number | boolean | null }
  | { kind: 'model'; name: string }
  | { kind: 'array'; of: ModelType }
  | { kind: 'union'; of: ModelType[] }
  | ObjectType

export interface ObjectType {
  kind: 'object'
  fields: Field[]
  /** Of fields that have no name: an index signature. */
  rest?: ModelType
}

export interface Field {
  name: string
  type: ModelType
  isOptional: boolean
}

export type BuiltinType = (typeof aliases)[keyof typeof aliases]

/** The words for types, and what they mean. */
export const aliases = {
  string: 'string',
  varchar: 'string',
  char: 'string',
  number: 'number',
  int: 'number',
  integer: 'number',
  float: 'number',
  boolean: 'boolean',
  bool: 'boolean',
  date: 'date',
  Date: 'date',
  any: 'any',
  object: 'object',
  array: 'array',
  bigint: 'bigint',
  undefined: 'undefined',
  void: 'undefined',
  never: 'never',
} as const
