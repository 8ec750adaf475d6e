import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The fixtures of a folder: `<integration>/fixtures/*.json`, in the order of their names. */
export async function findFixtures(folder: string): Promise<{ integration: string; file: string }[]> {
  const integrations = (await names(folder)).filter(
    (name) => name !== 'node_modules' && !name.startsWith('.'),
  )
  const found = await Promise.all(
    integrations.map(async (integration) => {
      const files = (await names(join(folder, integration, 'fixtures'))).filter((name) =>
        name.endsWith('.json'),
      )
      return files.map((name) => ({ integration, file: join(folder, integration, 'fixtures', name) }))
    }),
  )
  return found.flat()
}

async function names(folder: string): Promise<string[]> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
    return []
  })
  return found.sort()
}
