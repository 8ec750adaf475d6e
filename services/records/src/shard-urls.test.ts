import { expect, test } from 'vitest'
import { Config } from './config.ts'

const parse = (CLICKHOUSE_URL?: string) => Config.safeParse({ CLICKHOUSE_URL })
const urls = (text?: string) => parse(text).data?.shards.map(({ url }) => url)
const complaints = (text: string) => parse(text).error?.issues.map(({ path, message }) => [path, message])

test('one URL, or one for each shard in order', () => {
  expect(urls()).toEqual(['http://127.0.0.1:8123'])
  expect(urls('https://ch.example:8443/')).toEqual(['https://ch.example:8443/'])
  expect(urls('http://b:8123, http://me:pw@a:8123')).toEqual(['http://b:8123', 'http://me:pw@a:8123'])
})

test.each([
  ['ch.example', 'it'],
  ['tcp://ch.example:9000', 'it'],
  ['http://ch.example/?user=me', 'it'],
  ['http://ch.example/db', 'it'],
  ['http://a,', 'number 2 of 2'],
  ['http://a,,http://c', 'number 2 of 3'],
])('%s is refused', (text, which) => {
  expect(complaints(text)).toEqual([
    [['CLICKHOUSE_URL'], `${which} must be a URL such as http://127.0.0.1:8123, without a path`],
  ])
})

test('a server is one shard only, whoever logs in', () => {
  expect(complaints('http://a:8123,http://b:8123,http://me:pw@A:8123/')).toEqual([
    [['CLICKHOUSE_URL'], 'number 3 of 3 is the same server as number 1, and each is a shard'],
  ])
})
