/**
 * The name of an enum's value on the wire between our services, as it is in answers: `RUN_OUTCOME_TIMED_OUT` is
 * `timed_out`. A value that the API does not declare is a type error where the answer is made.
 */
export function enumName<Prefix extends string, Value extends `${Prefix}_${string}`>(
  prefix: Prefix,
  value: Value,
): NameIn<Prefix, Value> {
  // The type does what this does, and TypeScript cannot see that.
  return value.slice(prefix.length + 1).toLowerCase() as NameIn<Prefix, Value>
}

/** The other way round. */
export function enumValue<Prefix extends string, Name extends string>(
  prefix: Prefix,
  name: Name,
): `${Prefix}_${Uppercase<Name>}` {
  return `${prefix}_${name.toUpperCase() as Uppercase<Name>}`
}

type NameIn<Prefix extends string, Value> = Value extends `${Prefix}_${infer Name}` ? Lowercase<Name> : never
