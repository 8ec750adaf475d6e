import { expect, test } from 'vitest'
import { newPlace } from './stream-places.ts'

const stream = (connection: string) => ({ environment: 'prod', connection, model: 'Issue', variant: 'base' })
const places = (count: number) => Array.from({ length: count }, (_, i) => String(i + 1))
const connections = Array.from({ length: 10_000 }, (_, i) => `customer-${i}`)

test.each([2, 3, 5, 16])('new streams spread evenly over %d shards', (count) => {
  const found = Map.groupBy(connections, (connection) => newPlace(stream(connection), places(count)))
  const fair = connections.length / count
  expect([...found.keys()].sort((a, b) => a - b)).toEqual(places(count).map(Number))
  for (const streams of found.values()) expect(Math.abs(streams.length - fair)).toBeLessThan(fair / 5)
})

test('every part of the name of a stream counts', () => {
  const chosen = connections.slice(0, 100).map((connection) => newPlace(stream(connection), places(5)))
  for (const other of [{ environment: 'dev' }, { model: 'User' }, { variant: 'eu' }]) {
    const changed = connections
      .slice(0, 100)
      .map((connection) => newPlace({ ...stream(connection), ...other }, places(5)))
    expect(changed).not.toEqual(chosen)
  }
})
