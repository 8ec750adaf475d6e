import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { migrationSql } from './migration-sql.ts'

const keep = { payloadDays: 30, historyDays: 7, runLogDays: 15, runFactsDays: 400, seenDays: 31 }
const folder = new URL('../../migrations/', import.meta.url)
const files = readdirSync(folder)
const rendered = (file: string, cluster: string) =>
  migrationSql(readFileSync(new URL(file, folder), 'utf8'), cluster, keep).map(({ text }) => text)

test('a table for one server', () => {
  expect(migrationSql(TABLE, '', keep)[0]?.text).toBe(
    'CREATE TABLE t (a Int8) ENGINE = MergeTree ORDER BY a TTL x + INTERVAL 7 DAY SETTINGS non_replicated_deduplication_window = 9',
  )
})

test('the same table for a cluster', () => {
  expect(migrationSql(TABLE, 'main', keep)[0]?.text).toBe(
    'CREATE TABLE t ON CLUSTER `main` (a Int8) ENGINE = ReplicatedMergeTree ORDER BY a TTL x + INTERVAL 7 DAY SETTINGS replicated_deduplication_window = 9',
  )
})

test('where each shard is a cluster of its own, its servers say which', () => {
  expect(migrationSql(TABLE, '{cluster}', keep)[0]?.text).toContain('CREATE TABLE t ON CLUSTER `{cluster}` (')
})

test.each(files)('%s makes everything on the whole cluster, and every table replicated', (file) => {
  for (const statement of rendered(file, 'main')) {
    if (statement.includes('INSERT INTO')) continue
    expect(statement).toMatch(
      /(CREATE|DROP|ALTER|TRUNCATE) (TABLE|VIEW|MATERIALIZED VIEW) (IF (NOT )?EXISTS )?\w+ ON CLUSTER `main`/,
    )
    if (statement.includes('ENGINE')) expect(statement).toMatch(/ENGINE = Replicated\w*MergeTree/)
    expect(statement).not.toMatch(/non_replicated|[{}]/)
  }
})

test.each(files)('%s knows nothing of a cluster on one server', (file) => {
  for (const statement of rendered(file, '')) expect(statement).not.toMatch(/CLUSTER|Replicated|[{}]/)
})

test('a place without a value is named', () => {
  expect(() => migrationSql('SELECT {nothing}', '', keep)).toThrow('{nothing}')
})

const TABLE =
  'CREATE TABLE t{on_cluster} (a Int8) ENGINE = {replicated}MergeTree ORDER BY a TTL x + INTERVAL {history_days} DAY SETTINGS {deduplication_window} = 9;'
