import type { LookupAddress, lookup } from 'node:dns'
import { expect, test } from 'vitest'
import { isPublic, publicOnly } from './public-address.ts'

test.each(['8.8.8.8', '1.1.1.1', '140.82.121.6', '2606:4700:4700::1111', '::ffff:8.8.8.8'])(
  '%s is public',
  (address) => {
    expect(isPublic(address)).toBe(true)
  },
)

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:0:1::',
  '2001:db8::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'ff02::1',
  'localhost',
  '',
])('%s is not', (address) => {
  expect(isPublic(address)).toBe(false)
})

/** A resolver that gives other addresses each time. */
function resolver(...answers: string[][]) {
  let asked = 0
  const resolve = (_name: string, _options: object, callback: (error: null, all: LookupAddress[]) => void) =>
    callback(
      null,
      (answers[asked++] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  const found = publicOnly(resolve as unknown as typeof lookup) // the one form of it that is called
  return (all: boolean) =>
    new Promise((done) =>
      found('rebind.test', { all }, (error, address) => done({ error: error?.message, address, asked })),
    )
}

test('the address that was checked is the one that is used: a name is looked up once for a connection', async () => {
  const look = resolver(['8.8.8.8'], ['127.0.0.1'])
  expect(await look(false)).toEqual({ error: undefined, address: '8.8.8.8', asked: 1 })
  expect(await look(false)).toMatchObject({
    error: expect.stringContaining(`'rebind.test' (127.0.0.1) is not a public address`),
    address: '',
  })
})

test('a name with one private address among public ones is refused', async () => {
  const refused = { error: expect.stringContaining('is not a public address'), address: '' }
  for (const all of [true, false]) {
    expect(await resolver(['8.8.8.8', '169.254.169.254'])(all)).toMatchObject(refused)
    expect(await resolver(['2606:4700:4700::1111', '::1'])(all)).toMatchObject(refused)
  }
  expect(await resolver(['8.8.8.8', '1.1.1.1'])(true)).toMatchObject({
    address: [
      { address: '8.8.8.8', family: 4 },
      { address: '1.1.1.1', family: 4 },
    ],
  })
})
