/** `providerConfigKey` of `provider_config_key`. */
type Camel<Name> = Name extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Name

/** What the API takes, with the names of its fields as this client has them. Fields inside of fields keep the API's names. */
export type CamelCase<T> = { [Name in keyof T as Camel<Name>]: T[Name] }

/** With the names that the API has. */
export function snakeCase<T extends object>(input: CamelCase<T>): T {
  const entries = Object.entries(input).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ])
  // The type has said which names there are.
  return Object.fromEntries(entries) as T
}
