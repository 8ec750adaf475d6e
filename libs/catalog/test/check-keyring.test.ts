import { connectBus } from '@syncline/bus'
import { namespace, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { checkKeyring, Keyring, openCatalog } from '../src/index.ts'

const OTHER = /SYNCLINE_KEYRING is not the keyring of this system: .* Give this process the same/

async function openOne(stack: AsyncDisposableStack) {
  const at = { url: servers().nats.url, prefix: namespace(), replicas: 1 }
  return stack.use(
    await openCatalog(stack.use(await connectBus(at, 'test')), (error) => {
      throw error
    }),
  )
}

test('the first gateway says which keyring it is; whoever has another one does not start', async () => {
  await using stack = new AsyncDisposableStack()
  const catalog = await openOne(stack)
  const ours = new Keyring(Keyring.generate('main'))
  await checkKeyring(catalog, ours)
  expect(catalog.keyringChecks.list()).toEqual([])
  await Promise.all([1, 2].map(() => checkKeyring(catalog, ours, { write: true })))
  await checkKeyring(catalog, ours)

  const sameId = new Keyring(Keyring.generate('main'))
  const otherId = new Keyring(Keyring.generate('other'))
  for (const wrong of [sameId, otherId]) {
    await expect(checkKeyring(catalog, wrong)).rejects.toThrow(OTHER)
    await expect(checkKeyring(catalog, wrong, { write: true })).rejects.toThrow(OTHER)
  }
  await checkKeyring(catalog, ours)
})

test('keys can be changed one process after the other, and the old one goes in the end', async () => {
  await using stack = new AsyncDisposableStack()
  const catalog = await openOne(stack)
  const [old, young] = [Keyring.generate('old'), Keyring.generate('young')]
  await checkKeyring(catalog, new Keyring(old), { write: true })
  await checkKeyring(catalog, new Keyring(`${old},${young}`))
  await checkKeyring(catalog, new Keyring(`${young},${old}`), { write: true })
  await checkKeyring(catalog, new Keyring(`${old},${young}`))
  await checkKeyring(catalog, new Keyring(young))
  await expect(checkKeyring(catalog, new Keyring(old))).rejects.toThrow(OTHER)
})
