import { fixtureText } from '@syncline/fixtures'
import { exampleFixture } from './example-fixture.ts'

/** What a new project has, by path. It type-checks and its test passes once its packages are installed. */
export function projectFiles(name: string, version: string): Record<string, string> {
  const manifest = {
    ...{ name, private: true, type: 'module' },
    scripts: { types: 'tsc', test: 'tsc && syncline test', dev: 'syncline dev', deploy: 'syncline deploy .' },
    devDependencies: {
      ...{ '@syncline/cli': `^${version}`, '@syncline/sdk': `^${version}` },
      ...{ typescript: '>=5.9', zod: '^4.0.0' },
    },
  }
  return {
    'package.json': json(manifest),
    'tsconfig.json': json(tsconfig),
    '.gitignore': 'node_modules/\n.env\n',
    'README.md': readme(name),
    'github/syncs/issues.ts': sync,
    'github/fixtures/issues.json': fixtureText(exampleFixture),
  }
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

const tsconfig = {
  compilerOptions: {
    ...{
      target: 'es2023',
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['es2023', 'dom', 'dom.iterable'],
    },
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
    // Functions that were written for Nango import `createSync` from 'nango'.
    paths: { nango: ['./node_modules/@syncline/sdk'] },
  },
  include: ['**/*.ts'],
  exclude: ['node_modules'],
}

const sync = `import { createSync } from '@syncline/sdk'
import { z } from 'zod'

const Issue = z.object({
  id: z.number(),
  number: z.number(),
  title: z.string(),
  state: z.string(),
  author: z.string().nullable(),
  updated_at: z.string(),
})

/** Issues of one repository: the metadata of a connection names it, { "repo": "owner/name" }. */
export default createSync({
  description: 'Issues of a GitHub repository',
  frequency: 'every hour',
  models: { Issue },
  metadata: z.object({ repo: z.string() }),
  checkpoint: z.object({ since: z.string() }),

  exec: async (nango) => {
    const { repo } = await nango.getMetadata()
    const checkpoint = await nango.getCheckpoint()
    const since = checkpoint?.since ?? '1970-01-01T00:00:00Z'

    // By the time of change, so each page that is saved moves the checkpoint on.
    const pages = nango.paginate<GithubIssue>({
      endpoint: \`/repos/\${repo}/issues\`,
      params: { state: 'all', sort: 'updated', direction: 'asc', since },
      paginate: { type: 'link', link_rel_in_response_header: 'next', limit_name_in_request: 'per_page', limit: 100 },
      retries: 5,
    })
    for await (const page of pages) {
      await nango.batchSave(page.map(toIssue), 'Issue')
      const last = page.at(-1)
      if (last) await nango.saveCheckpoint({ since: last.updated_at })
    }
  },
})

/** The fields that we use: https://docs.github.com/rest/issues/issues#list-repository-issues */
interface GithubIssue {
  id: number
  number: number
  title: string
  state: string
  user: { login: string } | null
  updated_at: string
}

function toIssue({ id, number, title, state, user, updated_at }: GithubIssue): z.infer<typeof Issue> {
  return { id, number, title, state, author: user?.login ?? null, updated_at }
}
`

const readme = (name: string) => `# ${name}

Sync functions for [Syncline](https://github.com/syncline): \`<integration>/syncs/<name>.ts\`.

    npm install
    npm test              # types, and each sync on its fixtures: no server, no key

With a server that runs (its address and a key are in \`SYNCLINE_URL\` and \`SYNCLINE_KEY\`):

    npx syncline integration create github
    npx syncline connection create github me --api-key <token> --metadata '{"repo":"owner/name"}'
    npx syncline dev      # deploys and runs what you save
    npx syncline deploy .

A fixture, \`<integration>/fixtures/*.json\`, holds a run: the requests with their answers, and what the run must save. Record one
of a real connection, look at it, and write what it does as what is expected:

    npx syncline dryrun github/issues me --record github/fixtures/first-run.json
    npx syncline test --only first-run --update
`
