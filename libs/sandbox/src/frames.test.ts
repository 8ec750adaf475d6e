import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { encodeFrame, FrameReader } from './frames.ts'

function read(reader: FrameReader, ...chunks: Buffer[]): string[] {
  const texts: string[] = []
  for (const chunk of chunks) {
    reader.push(chunk)
    for (let frame = reader.take(); frame; frame = reader.take()) texts.push(frame.toString())
  }
  return texts
}

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

test('a frame that waits for its reader keeps its place', () => {
  const reader = new FrameReader(100)
  reader.push(Buffer.concat([encodeFrame('1'), encodeFrame('22')]))
  expect([reader.announced(), reader.announced()]).toEqual([1, 1])
  expect(reader.take()?.toString()).toBe('1')
  expect(reader.announced()).toBe(2)
  reader.push(encodeFrame('333'))
  expect([reader.take(), reader.take(), reader.take()].map(String)).toEqual(['22', '333', 'undefined'])
})

test('a frame that comes byte by byte takes no more memory than its size', () => {
  const reader = new FrameReader(1_000_000)
  reader.push(encodeFrame('x'.repeat(1_000_000)).subarray(0, 4))
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  gc()
  const before = process.memoryUsage()
  for (let n = 0; n < 999_999; n++) {
    reader.push(Buffer.allocUnsafeSlow(1).fill(120))
    reader.take()
  }
  gc()
  const after = process.memoryUsage()
  expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(10_000_000)
  reader.push(Buffer.from('x'))
  expect(reader.take()?.length).toBe(1_000_000)
})
