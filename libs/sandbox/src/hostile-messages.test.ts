import { Duplex, PassThrough } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { AnswerWithText } from './answer-with-text.ts'
import { ChildChannel, type ReceivedFrame } from './child-channel.ts'
import { ERROR_CHARS } from './error-chars.ts'
import { encodeFrame, encodeFrameWithText } from './frames.ts'
import { HostCalls } from './host-calls.ts'
import { defaultLimits } from './limits.ts'
import type { FromChild } from './messages.ts'
import { ParentBudget } from './parent-budget.ts'

// One child must not hold up the event loop of its parent, which serves others. How long a step takes depends on the machine; what it
// may be given does not, so that is what these tests state.

afterEach(() => {
  vi.restoreAllMocks()
})

/** What the parent makes of a frame, and the sizes of the texts that it builds values of. */
function received(...frames: Buffer[]) {
  const messages: FromChild[] = []
  const texts: number[] = []
  const violations: string[] = []
  const stream = new PassThrough()
  const parsed = vi.spyOn(JSON, 'parse')
  new ChildChannel({
    ...{ stream, limits: defaultLimits, budget: new ParentBudget(), onFlood: () => {} },
    onViolation: (message) => violations.push(message),
    onMessage: (message, { text }: ReceivedFrame) => {
      messages.push(message)
      texts.push(text?.length ?? 0)
      return false
    },
  })
  for (const frame of frames) stream.emit('data', frame)
  return { messages, texts, violations, parsed: parsed.mock.calls.map(([text]) => text.length) }
}

const call = (params: string) => `{"t":"call","run":1,"id":1,"method":"save","params":${params}}`
const fields = (count: number) => `{${Array.from({ length: count }, (_, i) => `"f${i}":1`).join(',')}}`

test('a message within the bounds takes less than 100 ms to read, as measured: who raises one measures again', () => {
  expect(defaultLimits).toMatchObject({ frameBytes: 8 << 20, nesting: 500, names: 150_000, parts: 500_000 })
})

test.each([
  ['two million levels', call('['.repeat(2e6) + ']'.repeat(2e6)), 'nested more than 500 levels deep'],
  ['two million lists', call(`[${'[],'.repeat(2e6)}1]`), 'more than 500000 lists and objects'],
  ['an error of 600 000 fields', `{"t":"threw","run":1,"error":${fields(6e5)}}`, 'more than 150000 names'],
])('%s are refused, and no value is made of them', (_, json, violation) => {
  const { messages, violations, parsed } = received(encodeFrame(json))
  expect({ messages, parsed }).toEqual({ messages: [], parsed: [] })
  expect(violations).toEqual([expect.stringContaining(violation)])
})

test('a message of more than 8 MiB is refused by its header', () => {
  const header = Buffer.alloc(4)
  header.writeUInt32BE((8 << 20) + 1)
  const { violations, parsed } = received(header)
  expect({ violations, parsed }).toEqual({
    violations: [expect.stringContaining('8388609 bytes')],
    parsed: [],
  })
})

test('no value is made of the records of a save, whatever they hold', () => {
  const deep = `{"id":"1","deep":${'['.repeat(2e6)}${']'.repeat(2e6)}}`
  const { texts, parsed, violations } = received(encodeFrameWithText(call('{"model":"Thing"}'), deep))
  expect({ texts, violations }).toEqual({ texts: [deep.length], violations: [] })
  expect(Math.max(...parsed)).toBeLessThan(100)
})

test('of an error of 8 MB a few thousand characters are kept', () => {
  const text = 'x'.repeat(2.6e6)
  const error = { name: text, message: text, stack: text }
  const { messages } = received(encodeFrame(JSON.stringify({ t: 'threw', run: 1, error })))
  expect(JSON.stringify(messages).length).toBeLessThan(
    ERROR_CHARS.name + ERROR_CHARS.message + ERROR_CHARS.stack + 200,
  )
})

test('twelve answers of 50 MiB of control characters are sent block by block, as they came, and none is encoded', async () => {
  const block = Buffer.alloc(1 << 20, 1)
  const blocks = Array.from({ length: 50 }, () => block)
  const written: Buffer[] = []
  let unread = 0
  const channel = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      written.push(chunk)
      unread = Math.max(unread, channel.writableLength)
      setImmediate(done)
    },
  })
  const encoded = vi.spyOn(JSON, 'stringify')
  const budget = new ParentBudget()
  const calls = new HostCalls({
    ...{ channel, limits: defaultLimits, onUnread: () => {}, onSpent: () => {} },
    ...{ frames: budget.frames.share(), answers: budget.answers.share() },
  })
  const host = { get: async () => new AnswerWithText({ body: {} }, ['body', 'text'], 'utf8', [...blocks]) }
  for (let id = 1; id <= 12; id++) calls.begin(host, { id, method: 'get' }, { heldBytes: 0, text: undefined })
  await vi.waitFor(() => expect(calls.inFlight + channel.writableLength).toBe(0), 20_000)
  const large = written.filter(({ length }) => length > 1000)
  expect(large).toHaveLength(12 * 50)
  expect(large.every((chunk) => chunk === block)).toBe(true)
  // The channel gets as much as a child may leave unread, and one block more.
  expect(unread).toBeLessThanOrEqual(defaultLimits.unsentBytes + block.length)
  expect(Math.max(...encoded.mock.results.map(({ value }) => value.length))).toBeLessThan(200)
}, 25_000)
