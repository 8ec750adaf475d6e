import { expect, test } from 'vitest'
import { Keyring } from './keyring.ts'

const [first, second] = [Keyring.generate('a'), Keyring.generate('b')]

test('what was sealed opens at the same place, and only there', () => {
  const keyring = new Keyring(first)
  const sealed = keyring.seal('s3cret', 'connection:dev/github/demo')
  expect(sealed).not.toContain('s3cret')
  expect(keyring.open(sealed, 'connection:dev/github/demo')).toBe('s3cret')
  expect(() => keyring.open(sealed, 'connection:dev/github/other')).toThrow()
})

test('a secret that does not open names its place, and cannot succeed later', () => {
  const sealed = new Keyring(first).seal('s3cret', 'variable:dev/TOKEN')
  const other = new Keyring(Keyring.generate('a'))
  const failure = expect.objectContaining({
    code: 'server_error',
    retry: false,
    message: expect.stringContaining("'variable:dev/TOKEN' does not open with key 'a'"),
  })
  expect(() => other.open(sealed, 'variable:dev/TOKEN')).toThrow(failure)
})

test('the same text never seals to the same twice', () => {
  const keyring = new Keyring(first)
  expect(keyring.seal('x', 'p')).not.toBe(keyring.seal('x', 'p'))
})

test('after a rotation old secrets open and new ones are sealed by the new key', () => {
  const old = new Keyring(first).seal('x', 'p')
  const rotated = new Keyring(`${second},${first}`)
  expect(rotated.open(old, 'p')).toBe('x')
  expect(rotated.seal('y', 'p')).toMatch(/^v1\.b\./)
})

test('a secret whose key is gone says which key is missing', () => {
  const sealed = new Keyring(first).seal('x', 'p')
  expect(() => new Keyring(second).open(sealed, 'p')).toThrow("no key 'a'")
})

test('a secret of which any byte was changed does not open', () => {
  const keyring = new Keyring(first)
  const [version, id, text = ''] = keyring.seal('x', 'p').split('.')
  const bytes = Buffer.from(text, 'base64url')
  for (const [i, byte] of bytes.entries()) {
    const changed = Buffer.from(bytes.with(i, byte ^ 1)).toString('base64url')
    expect(() => keyring.open(`${version}.${id}.${changed}`, 'p')).toThrow(
      expect.objectContaining({
        code: 'server_error',
        message: expect.stringContaining("'p' does not open"),
      }),
    )
  }
})

test.each(['', 'a', 'a:', 'a:c2hvcnQ=', ':AAAA', `a:${'A'.repeat(43)}=,`])(
  'the keyring %j is refused',
  (text) => {
    expect(() => new Keyring(text)).toThrow('SYNCLINE_KEYRING must be')
  },
)
