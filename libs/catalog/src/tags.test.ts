import { expect, test } from 'vitest'
import { Connection } from './entities.ts'
import { JsonObject, Texts } from './json-object.ts'
import { hasTags } from './tags.ts'

test('a name of the prototype of objects is not a tag', () => {
  const tags = { team: 'a' }
  for (const name of ['constructor', 'toString', '__proto__'])
    expect(hasTags({ tags }, JSON.parse(`{"${name}":"x"}`))).toBe(false)
})

test('names of prototypes are tags like others', () => {
  const tags = JSON.parse('{"constructor":"c","__proto__":"p"}')
  expect(hasTags({ tags }, tags)).toBe(true)
  expect(hasTags({ tags }, JSON.parse('{"__proto__":"q"}'))).toBe(false)
})

test('names of tags have no case, values have', () => {
  expect(hasTags({ tags: { Team: 'A' } }, { team: 'A' })).toBe(true)
  expect(hasTags({ tags: { Team: 'A' } }, { Team: 'a' })).toBe(false)
})

test('a tag of the connection wins over the one that follows from its end user', () => {
  const connection = { tags: { end_user_id: 'own' }, endUser: { id: 'u', email: 'u@acme.example' } }
  expect(hasTags(connection, { end_user_id: 'own', end_user_email: 'u@acme.example' })).toBe(true)
  expect(hasTags(connection, { end_user_id: 'u' })).toBe(false)
})

test('a key __proto__ is kept, by the schemas and by a connection that is stored and read', () => {
  const text = '{"__proto__":"x","constructor":"y"}'
  expect(JSON.stringify(JsonObject.parse(JSON.parse(text)))).toBe(text)
  expect(JSON.stringify(Texts.parse(JSON.parse(text)))).toBe(text)
  const at = '2026-01-01T00:00:00Z'
  const stored = Connection.parse({
    uid: 'u',
    environment: 'e',
    integration: 'i',
    id: 'c',
    sealedCredentials: 's',
    metadata: JSON.parse(text),
    connectionConfig: JSON.parse(text),
    tags: JSON.parse(text),
    createdAt: at,
    updatedAt: at,
  })
  expect(JSON.stringify([stored.metadata, stored.connectionConfig, stored.tags])).toBe(
    `[${text},${text},${text}]`,
  )
})

test.each([null, [], 'x', 1, undefined])('%j is no object', (value) => {
  expect(JsonObject.safeParse(value).success).toBe(false)
  expect(Texts.safeParse(value).success).toBe(false)
})
