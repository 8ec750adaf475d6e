import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Sandboxes } from '@syncline/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleFunction, describeFunction, openDescribeSandboxes, readProject } from '../src/index.ts'

let sandboxes: Sandboxes
beforeAll(async () => {
  sandboxes = await openDescribeSandboxes()
})
afterAll(() => sandboxes[Symbol.asyncDispose]())

async function project(files: Record<string, string>) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'syncline-yaml-'))
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder.path, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  return folder
}

const yaml = `
integrations:
  github:
    syncs:
      issues:
        runs: every half hour
        output: [Issue, User]
        endpoint:
          - GET /issues
          - { path: /users, group: People }
        description: Issues and users
        scopes: repo, user
        sync_type: full
        track_deletes: true
        auto_start: false
        input: Settings
        version: 3
        webhook-subscriptions: issues
      at-the-top: { runs: every day, output: Repo, endpoint: /repos }
      missing: { runs: every day, output: Gone, endpoint: /gone }
    actions:
      create-issue:
        endpoint: /issues
        input: { title: string, labels?: 'string[]' }
        output: Issue
models:
  Entity: { id: string, created_at: date }
  User: { __extends: Entity, login: string | null }
  Issue:
    __extends: Entity
    state: "'open' | 'closed'"
    author: User
    sub_issues?: Issue[]
    reactions: { __string: number }
    milestone: { title: string } 
  Repo: { id: string }
  Gone: { id: string }
  Settings: { repo: string }
`
const files = {
  'nango.yaml': yaml,
  // The file with the types is written by another tool, and may not be there.
  'github/syncs/issues.ts': `import type { NangoSync, Issue } from '../../models'
    import { Settings } from '../models'
    export default async function fetchData(nango: NangoSync): Promise<void> {
      const settings = await nango.getMetadata<Settings>()
      const issues: Issue[] = []
      await nango.batchSave(issues, 'Issue')
    }
    export async function onWebhookPayloadReceived(nango: NangoSync, payload: unknown) {}`,
  'at-the-top.ts': 'export default async function fetchData(nango) {}',
  'github/actions/create-issue.ts': `import type { NangoAction } from '../../models'
    export default async function runAction(nango: NangoAction, input) { return input }`,
  'github/syncs/typed.ts': `import { createSync } from 'nango'; import { z } from 'zod'
    export default createSync({ description: '', frequency: 'every hour', models: { Tag: z.object({ id: z.string() }) },
      exec: async () => {} })`,
  'github/syncs/unnamed.ts': 'export default async function fetchData(nango) {}',
  'github/syncs/shared.ts': 'export const shared = 1',
  'github/lost.ts': `import { createAction } from 'nango'; export default createAction({})`,
  'at-the-top-too.ts': 'export default async function fetchData(nango) {}',
  'github/syncs/new.ts': `import { createFunction } from 'nango/experimental'; export default createFunction({})`,
}

test('both forms lie side by side in one folder, and the rest is listed with the reason', async () => {
  await using folder = await project(files)
  const { functions, notDeployed, refused, warnings } = await readProject(folder.path)
  expect({ refused }).toEqual({ refused: [] })
  expect(warnings).toEqual([expect.stringMatching(/models\.Issue: cyclic_model/)])
  expect(functions.map(({ kind, name, wrapper }) => [kind, name, wrapper !== undefined])).toEqual([
    ['sync', 'issues', true],
    ['sync', 'at-the-top', true],
    ['action', 'create-issue', true],
    ['sync', 'typed', false],
  ])
  expect(Object.fromEntries(notDeployed.map(({ name, reason }) => [name, reason]))).toEqual({
    'sync github/missing': 'nango.yaml names it, and there is no github/syncs/missing.ts and no missing.ts',
    'github/syncs/unnamed.ts': 'nango.yaml does not name it, and its default export is a function',
    'github/syncs/shared.ts': 'it has no default export',
    'github/lost.ts': 'it is in no folder syncs, actions or on-events',
    'at-the-top-too.ts': 'nango.yaml does not name it',
    'github/syncs/new.ts': 'createFunction is experimental, and not supported',
  })
})

test('a function of nango.yaml says about itself what the file says', async () => {
  await using folder = await project(files)
  const { functions } = await readProject(folder.path)
  const factsOf = async (wanted: string) => {
    const source = functions.find(({ name }) => name === wanted)
    if (!source) throw new Error(`there is no ${wanted}`)
    const { text, warnings } = await bundleFunction(source)
    expect(warnings).toEqual([])
    return describeFunction(text, source.kind, sandboxes)
  }
  expect(await factsOf('issues')).toMatchObject({
    type: 'sync',
    description: 'Issues and users',
    frequency: 'every half hour',
    models: ['Issue', 'User'],
    version: '3',
    autoStart: false,
    trackDeletes: true,
  })
  expect(await factsOf('at-the-top')).toMatchObject({ models: ['Repo'], autoStart: true })
  expect(await factsOf('create-issue')).toMatchObject({
    inputSchema: { type: 'object', required: ['title'], properties: { labels: { type: 'array' } } },
    outputSchema: {
      properties: {
        state: { anyOf: [{ const: 'open' }, { const: 'closed' }] },
        reactions: { additionalProperties: { type: 'number' } },
        author: { required: ['id', 'created_at', 'login'] },
        sub_issues: { type: 'array', items: { $ref: '#' } },
      },
    },
  })
})

test.each([
  ['createSync', files['github/syncs/typed.ts'], 'it is the result of a createX function'],
  ['no function', 'export default 5', 'nango.yaml names it, so it needs `export default async function'],
  ['nothing', 'export const fetchData = 1', 'its default export is not a function'],
])('a file that nango.yaml names and that exports %s is refused', async (_, text, message) => {
  await using folder = await project({ ...files, 'at-the-top.ts': text })
  const source = (await readProject(folder.path)).functions.find(({ name }) => name === 'at-the-top')
  const { text: bundle } = await bundleFunction(source as NonNullable<typeof source>)
  await expect(describeFunction(bundle, 'sync', sandboxes)).rejects.toThrow(message)
})
