import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

const never = new AbortController().signal

test('work on one key runs in order of arrival, one at a time', async () => {
  const turns = new Turns()
  const log: string[] = []
  const work = (name: string) => async () => {
    log.push(`${name} begins`)
    await new Promise(setImmediate)
    log.push(`${name} ends`)
  }
  await Promise.all([turns.run('k', never, work('a')), turns.run('k', never, work('b'))])
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
})

test('keys do not wait for each other', async () => {
  const turns = new Turns()
  const first = Promise.withResolvers<void>()
  const slow = turns.run('a', never, () => first.promise)
  await turns.run('b', never, async () => {})
  first.resolve()
  await slow
})

test('who gives up or fails does not keep the others from their turns', async () => {
  const turns = new Turns()
  const first = Promise.withResolvers<void>()
  const slow = turns.run('k', never, () => first.promise)
  const impatient = AbortSignal.abort(new Error('too late'))
  await expect(turns.run('k', impatient, async () => 1)).rejects.toThrow('too late')
  const failing = turns.run('k', never, async () => {
    throw new Error('failed')
  })
  const last = turns.run('k', never, async () => 'done')
  first.resolve()
  await slow
  await expect(failing).rejects.toThrow('failed')
  expect(await last).toBe('done')
})
