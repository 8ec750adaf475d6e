import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { REPLAYABLE_BYTES, readProxyBody } from './proxy-body.ts'

const MOST = 3 * REPLAYABLE_BYTES
const chunks = (bytes: number) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes / 65_536) }, (_, n) =>
      Buffer.alloc(Math.min(65_536, bytes - n * 65_536), n),
    ),
    { objectMode: false },
  )

test.each([0, 1, 65_536, REPLAYABLE_BYTES])('%d bytes are kept', async (size) => {
  const body = await readProxyBody(chunks(size), undefined, MOST)
  expect(body && 'bytes' in body ? body.bytes.length : body).toBe(size === 0 ? undefined : size)
})

test.each([
  [REPLAYABLE_BYTES + 1, String(REPLAYABLE_BYTES + 1)],
  [MOST, undefined],
])('%d bytes are streamed, with the length that the client has said', async (size, said) => {
  const body = await readProxyBody(chunks(size), said, MOST)
  if (!body || !('stream' in body)) throw new Error('no stream')
  expect(body.length).toBe(said === undefined ? undefined : size)
  expect((await buffer(body.stream)).length).toBe(size)
})

test('a body that grows over the limit ends with an error, one that says so is not read', async () => {
  const body = await readProxyBody(chunks(MOST + 1), undefined, MOST)
  if (!body || !('stream' in body)) throw new Error('no stream')
  await expect(buffer(body.stream)).rejects.toMatchObject({ code: 'body_too_large' })
  const unread = chunks(10)
  await expect(readProxyBody(unread, String(MOST + 1), MOST)).rejects.toMatchObject({
    code: 'body_too_large',
  })
  expect(unread.readableDidRead).toBe(false)
})
