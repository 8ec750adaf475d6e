import { expect, test } from 'vitest'
import { utf8Text } from './utf8-text.ts'

async function* inChunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function textOf(bytes: number[] | Buffer, contentType?: string): Promise<string> {
  const texts = await Promise.all(
    [1, 2, 3, 1000].map(async (size) => {
      const chunks: Uint8Array[] = []
      for await (const chunk of utf8Text(inChunks(Buffer.from(bytes), size), contentType)) chunks.push(chunk)
      return Buffer.concat(chunks).toString()
    }),
  )
  expect(new Set(texts).size).toBe(1) // however the bytes come
  return texts[0] ?? ''
}

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16()

test.each<[string, number[] | Buffer, string | undefined, string]>([
  ['no content type', Buffer.from('{"ü":"€😀"}'), undefined, '{"ü":"€😀"}'],
  ['no charset', Buffer.from('ü'), 'application/json', 'ü'],
  ['utf-8', Buffer.from('ü'), 'text/plain; charset=utf-8', 'ü'],
  ['ISO-8859-1, which means windows-1252', [0xfc, 0x80], 'application/json;charset=ISO-8859-1', 'ü€'],
  ['a quoted charset', [0xfc], 'text/csv; Charset = "windows-1252"; header=present', 'ü'],
  ['Shift_JIS', [0x93, 0xfa, 0x96, 0x7b], 'text/html; charset=Shift_JIS', '日本'],
  ['GBK', [0xd6, 0xd0], 'text/html; charset=gb2312', '中'],
  ['UTF-16 without a mark', Buffer.from('ü😀', 'utf16le'), 'text/plain; charset=utf-16', 'ü😀'],
  ['UTF-16 big endian', utf16be('ü😀'), 'text/plain; charset=utf-16be', 'ü😀'],
  ['a mark of UTF-16 LE', Buffer.from('\ufeffü😀', 'utf16le'), undefined, 'ü😀'],
  ['a mark of UTF-16 BE', utf16be('\ufeffü'), 'text/plain; charset=utf-8', 'ü'],
  ['a mark of UTF-8 against another charset', Buffer.from('\ufeffü'), 'text/plain; charset=latin1', 'ü'],
  ['only one mark', Buffer.from('\ufeff\ufeffü'), undefined, '\ufeffü'],
  ['an unknown charset', [0x61, 0xff, 0x62], 'text/plain; charset=klingon', 'a\ufffdb'],
  ['UTF-16 that breaks off', [0x61, 0, 0x62], 'text/plain; charset=utf-16le', 'a\ufffd'],
  ['a short text', Buffer.from('a'), undefined, 'a'],
  ['a short text in another charset', [0xfc], 'text/plain; charset=latin1', 'ü'],
  ['nothing', [], 'text/plain; charset=latin1', ''],
])('%s', async (_, bytes, contentType, text) => {
  expect(await textOf(bytes, contentType)).toBe(text)
})
