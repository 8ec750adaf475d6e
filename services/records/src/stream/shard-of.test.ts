import { expect, test } from 'vitest'
import { shardOfRun, shardOfStream } from './shard-of.ts'

const stream = (connection: string) => ({ environment: 'prod', connection, model: 'Issue', variant: 'base' })
const places = (count: number) => Array.from({ length: count }, (_, i) => i)
const connections = Array.from({ length: 10_000 }, (_, i) => `customer-${i}`)

test('a stream is on the same shard for ever: data lies there', () => {
  const chosen = (count: number) =>
    connections
      .slice(0, 12)
      .map((connection) => shardOfStream(places(count), stream(connection)))
      .join('')
  expect(chosen(2)).toBe('101000000111')
  expect(chosen(3)).toBe('202001201220')
  expect(shardOfStream(places(1000), { ...stream('müller & co'), variant: 'eu/2' })).toBe(97)
})

test('so is the log of a run', () => {
  expect(['a', 'b', 'c', 'd'].map((run) => shardOfRun(places(3), 'prod', run)).join('')).toBe('2010')
})

test.each([2, 3, 5, 16])('streams spread evenly over %d shards', (count) => {
  const found = Map.groupBy(connections, (connection) => shardOfStream(places(count), stream(connection)))
  const fair = connections.length / count
  expect(found.size).toBe(count)
  for (const streams of found.values()) expect(Math.abs(streams.length - fair)).toBeLessThan(fair / 5)
})

test('one shard has everything', () => {
  for (const connection of connections.slice(0, 100)) {
    expect(shardOfStream(['only'], stream(connection))).toBe('only')
  }
})
