import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decoded as decodedOf } from './decoded.ts'

const TEXT = 'ä{"a":1}'.repeat(10_000)
const encoders = {
  gzip: gzipSync,
  'X-GZip': gzipSync,
  br: brotliCompressSync,
  deflate: deflateSync,
  zstd: zstdCompressSync,
}

const decoded = (body: AsyncIterable<Uint8Array>, coding: string) => decodedOf(body, coding, 'https://a.io/x')

async function* inChunks(bytes: Buffer, size = 1000) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

test.each(Object.entries(encoders))('%s is decoded, also byte by byte', async (coding, encode) => {
  expect(await textOf(decoded(inChunks(encode(TEXT)), coding))).toBe(TEXT)
  expect(await textOf(decoded(inChunks(encode('short'), 1), coding))).toBe('short')
})

test('deflate without the header of zlib is decoded', async () => {
  expect(await textOf(decoded(inChunks(deflateRawSync(TEXT)), 'deflate'))).toBe(TEXT)
})

test('several codings are undone in the opposite order', async () => {
  const body = brotliCompressSync(gzipSync(TEXT))
  expect(await textOf(decoded(inChunks(body), 'gzip, identity, br'))).toBe(TEXT)
})

test.each(Object.entries(encoders))('%s that breaks off is a fault', async (coding, encode) => {
  const whole = encode(TEXT)
  for (const length of [1, 3, whole.length / 2, whole.length - 1]) {
    const part = whole.subarray(0, length)
    await expect(textOf(decoded(inChunks(part), coding))).rejects.toMatchObject({
      code: 'broken_content_encoding',
      message: expect.stringMatching(new RegExp(`the answer of https://a.io/x .*${coding}`, 'i')),
    })
  }
})

test.each(Object.keys(encoders))('what is not %s is a fault', async (coding) => {
  await expect(textOf(decoded(inChunks(Buffer.from('{"plain":true}')), coding))).rejects.toMatchObject({
    code: 'broken_content_encoding',
  })
})

test.each(['', 'identity', 'none', 'utf-8', 'compress', 'gzip, none'])(
  'a body with the coding %j stays as it is',
  async (coding) => {
    expect(await textOf(decoded(inChunks(Buffer.from('plain')), coding))).toBe('plain')
  },
)

test('an empty body is not encoded', async () => {
  expect(await textOf(decoded(inChunks(Buffer.alloc(0)), 'gzip, br'))).toBe('')
})

test('a fault of the network stays what it is', async () => {
  const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
  async function* body() {
    yield gzipSync(TEXT).subarray(0, 20)
    throw reset
  }
  await expect(textOf(decoded(body(), 'gzip'))).rejects.toBe(reset)
})

test('too many codings are refused', () => {
  expect(() => decoded(inChunks(Buffer.alloc(1)), 'gzip,gzip,gzip,gzip')).toThrow('4 content encodings')
})

test('who stops reading ends the body', async () => {
  let ended = false
  async function* body() {
    try {
      for (;;) yield gzipSync(Buffer.alloc(100_000))
    } finally {
      ended = true
    }
  }
  for await (const _ of decoded(body(), 'gzip')) break
  await expect.poll(() => ended).toBe(true)
})
