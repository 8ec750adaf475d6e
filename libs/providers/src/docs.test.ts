import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { firstPartyFile } from './first-party.ts'
import { ProviderFields } from './provider-file.ts'
import { ReadProvider } from './read-provider-file.ts'
import { resolveProvider } from './resolve-provider.ts'

const docs = readFileSync(join(import.meta.dirname, '../../../docs/providers.md'), 'utf8')

test('the example of docs/providers.md is a provider', () => {
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(docs) ?? []
  const { file } = new ReadProvider(yaml, 'docs/providers.md')
  expect(resolveProvider(file, firstPartyFile).settings.baseUrl).toContain('acme.example')
  expect(
    yaml
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('#')).length,
  ).toBeLessThanOrEqual(10)
})

test('docs/providers.md describes each field', () => {
  for (const field of Object.keys(ProviderFields.shape)) expect(docs).toContain(`\`${field}\``)
})
