import { RecordsDefinition } from '@syncline/proto'
import { connect } from '@syncline/rpc'
import { afterAll, beforeAll, describe } from 'vitest'
import { type FreshStream, streamCalls } from '../stream-calls.ts'
import { deleteContract } from './delete.ts'
import { historyContract } from './history.ts'
import { incompleteContract } from './incomplete.ts'
import { keepContract } from './keep.ts'
import { originContract } from './origin.ts'
import { pruneContract } from './prune.ts'
import { readContract } from './read.ts'
import { runsContract } from './runs.ts'
import { saveContract } from './save.ts'

/** A record store that has begun to serve. */
export interface RecordsUnderTest extends AsyncDisposable {
  port: number
}

/**
 * What every implementation of records.proto does, seen from outside: the real service and the fake pass the same tests.
 * They share one store; each test has streams of its own.
 */
export function recordsContract(start: () => Promise<RecordsUnderTest>): void {
  let records: ReturnType<typeof client>['records']
  const open = new AsyncDisposableStack()
  beforeAll(async () => {
    const { port } = open.use(await start())
    records = open.use(client(port)).records
  })
  afterAll(() => open.disposeAsync())

  const fresh: FreshStream = (more) => streamCalls(records, more)
  describe('saves', () => saveContract(fresh))
  describe('deletes', () => deleteContract(fresh))
  describe('keeps', () => keepContract(fresh))
  describe('passes', () => incompleteContract(fresh))
  describe('pages', () => readContract(fresh))
  describe('prunes', () => pruneContract(fresh))
  describe('runs', () => runsContract(fresh))
  describe('history', () => historyContract(fresh))
  describe('origins', () => originContract(fresh))
}

function client(port: number) {
  const connection = connect(`127.0.0.1:${port}`)
  return {
    records: connection.client(RecordsDefinition),
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  }
}
