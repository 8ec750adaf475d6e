import { AppError } from '@syncline/errors'
import { RunsDefinition, type RunsServiceImplementation } from '@syncline/proto'
import { freePort } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { connect, serve } from '../src/index.ts'

const request = { runId: 'r', attempt: 1 }

async function answering(endAttempt: RunsServiceImplementation['endAttempt'], faults: unknown[] = []) {
  const unused = async () => {
    throw new Error('not used here')
  }
  const server = await serve(
    '127.0.0.1:0',
    (add) =>
      add.add(RunsDefinition, {
        endAttempt,
        takeRuns: unused,
        heartbeat: unused,
        saveCheckpoint: unused,
      }),
    (_path, error) => faults.push(error),
  )
  const connection = connect(`127.0.0.1:${server.port}`)
  return {
    client: connection.client(RunsDefinition),
    async [Symbol.asyncDispose]() {
      connection[Symbol.dispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

test('an answer arrives as it was given', async () => {
  await using rpc = await answering(async ({ runId }) => ({ ignored: `{"run":"${runId}"}` }))
  expect(await rpc.client.endAttempt(request)).toEqual({ ignored: '{"run":"r"}' })
})

test('an AppError arrives with its code and message, and is no fault', async () => {
  const faults: unknown[] = []
  await using rpc = await answering(async () => {
    throw new AppError('fenced', "attempt 1 of run 'r' was taken over")
  }, faults)
  await expect(rpc.client.endAttempt(request)).rejects.toMatchObject({
    name: 'AppError',
    code: 'fenced',
    message: "attempt 1 of run 'r' was taken over",
    retry: false,
  })
  expect(faults).toEqual([])
})

test('any other error is hidden from the caller and told to the operator', async () => {
  const faults: unknown[] = []
  await using rpc = await answering(async () => {
    throw new Error('password is hunter2')
  }, faults)
  await expect(rpc.client.endAttempt(request)).rejects.toMatchObject({
    code: 'server_error',
    message: 'internal error',
  })
  expect(faults).toMatchObject([{ message: 'password is hunter2' }])
})

test('a server that is not there is unavailable, and found when it comes', async () => {
  const port = await freePort()
  using connection = connect(`127.0.0.1:${port}`)
  const client = connection.client(RunsDefinition)
  await expect(client.endAttempt(request, { deadline: 1000 })).rejects.toMatchObject({ retry: true })
})

test('a call that takes too long ends at its deadline, on both sides', async () => {
  const ended = Promise.withResolvers<void>()
  await using rpc = await answering(async (_request, context) => {
    context.signal.addEventListener('abort', () => ended.resolve())
    await ended.promise
    return { ignored: '' }
  })
  await expect(rpc.client.endAttempt(request, { deadline: 200 })).rejects.toMatchObject({
    code: 'deadline_exceeded',
  })
  await ended.promise
})

test('a message that is larger than messages may be is refused, with what to do', async () => {
  await using rpc = await answering(async () => ({ ignored: '' }))
  const huge = rpc.client.endAttempt({ ...request, runId: 'x'.repeat(128 * 1024 * 1024) })
  const message = expect.stringMatching(/larger than .*send less/)
  await expect(huge).rejects.toMatchObject({ code: 'body_too_large', retry: false, message })
})
