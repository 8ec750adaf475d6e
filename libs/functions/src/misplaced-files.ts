import { join, relative } from 'node:path'
import { filesIn, filesOf, textOf } from './project-files.ts'

const IS_DEFINITION = /\bexport\s+default\s+create(Sync|Action|OnEvent|Function)\s*[(<]/
const IS_FUNCTION = /\bexport\s+default\s+async\s+function\b/

/** Files that hold a function, and lie where none is looked for: in the folder of an integration, or of the project. */
export async function misplacedFiles(
  root: string,
  { hasYaml, known }: { hasYaml: boolean; known: ReadonlySet<string> },
): Promise<{ name: string; reason: string }[]> {
  const atTop = (await filesOf(root)).map((name) => join(root, name))
  const inIntegrations = (await filesIn(root, ['.'])).map(({ file }) => file)
  const judged = [...atTop, ...inIntegrations].map(async (file) => {
    const text = known.has(file) ? '' : ((await textOf(file)) ?? '')
    const name = relative(root, file)
    if (IS_DEFINITION.test(text)) return { name, reason: 'it is in no folder syncs, actions or on-events' }
    if (hasYaml && IS_FUNCTION.test(text)) return { name, reason: 'nango.yaml does not name it' }
    return undefined
  })
  return (await Promise.all(judged)).filter((found) => found !== undefined)
}
