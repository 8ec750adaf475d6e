import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { firstPartyFile } from './first-party.ts'
import { ProviderFields } from './provider-file.ts'
import { ReadProvider } from './read-provider-file.ts'
import { resolveProvider } from './resolve-provider.ts'

const root = join(import.meta.dirname, '../../..')
const docs = readFileSync(join(root, 'docs/guides/providers.md'), 'utf8')

test('the example of docs/guides/providers.md is a provider, in ten lines', () => {
  const [, yaml = ''] = /```yaml provider[^\n]*\n(.*?)```/s.exec(docs) ?? []
  const { file } = new ReadProvider(yaml, 'docs/guides/providers.md')
  expect(resolveProvider(file, firstPartyFile).settings.baseUrl).toContain('acme.example')
  const lines = yaml.trim().split('\n')
  expect(lines.filter((line) => !line.startsWith('#')).length).toBeLessThanOrEqual(10)
})

test('docs/guides/providers.md describes each field', () => {
  for (const field of Object.keys(ProviderFields.shape)) expect(docs).toContain(`\`${field}\``)
})
