import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { alternativesIn, configPartsIn } from './config-parts.ts'
import { firstPartyFile, firstPartyNames, firstPartyProvider } from './first-party.ts'

const CORPUS = join(import.meta.dirname, '../../../../shared/data/templates/corpus/index.json')
const FOLDER = join(import.meta.dirname, '../catalog')

describe.each(firstPartyNames())('%s', (name) => {
  const settings = () => firstPartyProvider(name)?.settings

  test('is a provider of its own name, with a page of the vendor and the date when it was read', () => {
    expect(firstPartyFile(name)).toMatchObject({
      name,
      display_name: expect.any(String),
      docs: expect.stringMatching(/^https:\/\//),
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    })
    expect(readFileSync(join(FOLDER, `${name}.yaml`), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/\.\.\/\.\.\/docs\/provider\.schema\.json\n/,
    )
  })

  test('has a request that verifies a connection', () => {
    expect(settings()?.verify).toBeDefined()
  })

  test('says what a part of the connection config may be that is the whole host', () => {
    const { baseUrl = '', connectionConfig = {} } = settings() ?? {}
    for (const url of alternativesIn(baseUrl)) {
      const [, part] = /^(?:https:\/\/)?\$\{connectionConfig\.([\w.-]+)\}/.exec(url) ?? []
      const whole = part !== undefined && !new RegExp(`${part}\\}\\.`).test(url)
      if (whole) expect(connectionConfig[part]?.pattern).toBeDefined()
    }
  })
})

test.runIf(existsSync(CORPUS))('base URLs are those of the public templates', () => {
  const { providers } = JSON.parse(readFileSync(CORPUS, 'utf8')) as {
    providers: { integration: string; baseUrlTemplate: string; connectionConfigKeys: string[] }[]
  }
  const both = providers.filter(({ integration }) => firstPartyNames().includes(integration))
  expect(both.length).toBeGreaterThan(30)
  for (const { integration, baseUrlTemplate } of both) {
    const baseUrl = firstPartyProvider(integration)?.settings.baseUrl ?? ''
    for (const url of alternativesIn(baseUrl))
      expect(alternativesIn(baseUrlTemplate), integration).toContain(url)
    for (const part of configPartsIn(baseUrl)) expect(baseUrlTemplate).toContain(part)
  }
})

test('a name that is no name reads no file', () => {
  for (const name of ['../../../package', 'github.yaml', '', 'GitHub', 'nobody'])
    expect(firstPartyProvider(name)).toBeUndefined()
})
