import type { Action, Connection } from '@syncline/catalog'
import type { ActionCall, ActionResult } from '@syncline/proto'
import { expect, test } from 'vitest'
import { deleteConnections } from './delete-connections.ts'

const nothing = Buffer.alloc(0)
const DONE: ActionResult = { code: '', message: '', output: nothing, details: nothing, stored: false }

/** Thirty connections of an integration with two functions; of the catalog and the runners as much as is needed. */
function world(run: (call: ActionCall) => Promise<ActionResult> = async () => DONE) {
  const left = new Set(Array.from({ length: 30 }, (_, i) => `c${i}`))
  const calls: string[] = []
  let failsAt: string | undefined
  const functions = ['revoke', 'forget'].map((name) => ({ name, event: 'pre-connection-deletion' }) as Action)
  const dependencies = {
    catalog: {
      actions: { list: () => functions },
      connections: {
        delete: async (_environment: string, _integration: string, id: string) => {
          if (id === failsAt) throw new Error('NATS does not answer')
          left.delete(id)
        },
      },
    },
    actions: {
      calls: {
        call: (call: ActionCall) => {
          expect(left).toContain(call.connectionId)
          calls.push(`${call.action} ${call.connectionId}`)
          return run(call)
        },
      },
    },
    events: { onEventFailed: () => {}, functionsBeforeDeletion: () => {} },
  } as unknown as Parameters<typeof deleteConnections>[0] // as far as it is used
  return {
    left,
    calls,
    failAt: (id: string | undefined) => {
      failsAt = id
    },
    deleteAll: (options?: { functionsMs: number }) => {
      const at = { environment: 'e', integration: 'i' }
      const connections = [...left].map((id) => ({ ...at, id, uid: id }) as Connection)
      return deleteConnections(dependencies, 'e', connections, options)
    },
  }
}

test('functions of each connection run before it goes, ten at a time', async () => {
  let [running, most] = [0, 0]
  const { left, calls, deleteAll } = world(async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    return DONE
  })
  expect(await deleteAll()).toEqual({ done: 60, failed: 0, skipped: 0, failures: [] })
  expect({ left: left.size, calls: new Set(calls).size, most }).toEqual({ left: 0, calls: 60, most: 10 })
})

test('when the time for functions has passed, connections are deleted without', async () => {
  const { left, calls, deleteAll } = world()
  expect(await deleteAll({ functionsMs: 0 })).toEqual({ done: 0, failed: 0, skipped: 60, failures: [] })
  expect({ left: left.size, calls }).toEqual({ left: 0, calls: [] })
})

test('a deletion that breaks off begins no further function, and goes on when it is asked for again', async () => {
  const { left, calls, failAt, deleteAll } = world()
  failAt('c7')
  await expect(deleteAll()).rejects.toThrow('NATS does not answer')
  expect(left).toContain('c7')
  expect(left.size).toBeGreaterThan(10)
  failAt(undefined)
  await deleteAll()
  expect(left.size).toBe(0)
  // Those of the connection whose deletion failed have run twice, and those beside it as often as they were asked for.
  expect(calls.filter((call) => call === 'revoke c7')).toHaveLength(2)
  expect(calls.filter((call) => call === 'revoke c29')).toHaveLength(1)
})
