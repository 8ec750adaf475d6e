import { expect, test } from 'vitest'
import { encodeFrame, FrameReader } from './frames.ts'

const read = (reader: FrameReader, ...chunks: Buffer[]) => chunks.flatMap((chunk) => [...reader.read(chunk)])

test('messages come out as they went in, however the bytes are cut', () => {
  const texts = ['{}', '"ü€😀"', `"${'x'.repeat(5000)}"`, '1']
  const bytes = Buffer.concat(texts.map(encodeFrame))
  for (const size of [1, 2, 3, 7, 1000, bytes.length]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    )
    expect(read(new FrameReader(10_000), ...chunks)).toEqual(texts)
  }
})

test('a header that announces too much is refused before its bytes arrive', () => {
  const header = Buffer.from([0xff, 0xff, 0xff, 0xff])
  expect(() => read(new FrameReader(100), header)).toThrow('a message of 4294967295 bytes; the limit is 100')
})

test('an empty frame is an empty text', () => {
  expect(read(new FrameReader(100), encodeFrame(''))).toEqual([''])
})
