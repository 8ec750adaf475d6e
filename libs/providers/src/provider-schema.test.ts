import { join } from 'node:path'
import { expect, test } from 'vitest'
import { providerSchema } from './provider-schema.ts'

test('docs/provider.schema.json is current (vitest -u writes it)', async () => {
  await expect(providerSchema()).toMatchFileSnapshot(
    join(import.meta.dirname, '../../../docs/provider.schema.json'),
  )
})
