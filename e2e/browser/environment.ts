import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { deploy } from '@syncline/example-github-issues/setup'
import { Syncline } from '@syncline/sdk'

/** An environment of one test, or of the screenshots. */
export interface TestEnvironment {
  name: string
  key: string
  client: Syncline
  /** Files as in a folder of functions: `github/syncs/issues.ts`. */
  deploy(files: Record<string, string>): Promise<void>
  /** So many runs at a time at most. */
  limitRuns(maxRuns: number): Promise<void>
  /** A key with some scopes only. */
  keyWith(scopes: ('read' | 'operate' | 'deploy' | 'secrets')[]): Promise<string>
}

export async function createEnvironment(
  { url, adminKey }: { url: string; adminKey: string },
  name: string,
): Promise<TestEnvironment> {
  const admin = new Syncline({ secretKey: adminKey, host: url })
  await admin.environments.create({ name })
  const { secret: key } = await admin.keys.create(name, { label: 'test' })
  return {
    name,
    key,
    client: new Syncline({ secretKey: key, host: url }),
    async deploy(files) {
      await using folder = await mkdtempDisposable(join(tmpdir(), 'syncline-functions-'))
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder.path, path)), { recursive: true })
        await writeFile(join(folder.path, path), text)
      }
      await deploy(folder.path, url, key)
    },
    async limitRuns(maxRuns) {
      await admin.environments.update(name, { maxRuns })
    },
    keyWith: async (scopes) => (await admin.keys.create(name, { label: scopes.join(), scopes })).secret,
  }
}
