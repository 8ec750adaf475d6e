import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { AppError } from '@syncline/errors'
import { type FunctionFile, folders } from './function-file.ts'
import { misplacedFiles } from './misplaced-files.ts'
import { filesIn, firstFile, projectFile, textOf } from './project-files.ts'
import { whyNoFunction } from './why-no-function.ts'
import { type FoundInYaml, readNangoYaml } from './yaml/read-nango-yaml.ts'

/** What a folder holds. */
export interface Project {
  functions: FunctionFile[]
  /** What else looks like a function, and why it is not deployed. */
  notDeployed: NotDeployed[]
  /** What is wrong in `nango.yaml`: in functions that it names, or in the file as such. */
  refused: string[]
  /** What looks wrong in `nango.yaml`, and refuses nothing. */
  warnings: string[]
}

interface NotDeployed {
  name: string
  reason: string
}

const YAML = 'nango.yaml'
/** Of older projects: the functions of `post-connection-scripts` in their `nango.yaml`. */
const OLD_EVENTS = 'post-connection-scripts'

/**
 * The functions of a project: those that `nango.yaml` names, and the files that make their definition themselves. The latter are
 * what `index.ts` imports as `./<integration>/syncs/<name>.js`, `actions/<name>.js` or `on-events/<name>.js`, or without an
 * `index.ts` all `*.ts` of such folders. Without any function it fails, unless `mayBeEmpty`.
 */
export async function readProject(folder: string, { mayBeEmpty = false } = {}): Promise<Project> {
  const root = resolve(folder)
  if (!existsSync(root)) throw new AppError('invalid_bundle', `there is no folder ${root}`)
  const [index, yaml] = await Promise.all([textOf(join(root, 'index.ts')), textOf(join(root, YAML))])
  const named = yaml === undefined ? undefined : await namedByYaml(root, yaml)
  const all = (await functionFiles(root)).filter(({ file }) => !named?.files.has(file))
  const own = index === undefined ? all : importsOf(index, root).filter(({ file }) => !named?.files.has(file))
  const judged = await Promise.all(own.map((each) => judge(each, named !== undefined)))
  const imported = new Set(own.map(({ file }) => file))
  const shown = (file: string, reason: string) => ({ name: relative(root, file), reason })
  const project = {
    functions: [
      ...(named?.functions ?? []),
      ...judged.filter(({ reason }) => reason === undefined).map((each) => each.found),
    ],
    notDeployed: [
      ...(named?.notDeployed ?? []),
      ...judged.flatMap(({ found, reason }) => (reason === undefined ? [] : [shown(found.file, reason)])),
      ...all
        .filter(({ file }) => !imported.has(file))
        .map(({ file }) => shown(file, 'index.ts does not import it')),
      ...(await filesIn(root, [OLD_EVENTS]))
        .filter(({ file }) => !named?.files.has(file))
        .map(({ file }) => shown(file, `${YAML} does not name it`)),
      ...(await misplacedFiles(root, { hasYaml: named !== undefined, known: named?.files ?? new Set() })),
    ],
    refused: named?.refused ?? [],
    warnings: named?.warnings ?? [],
  }
  const isEmpty = project.functions.length + project.refused.length === 0
  if (isEmpty && !mayBeEmpty) throw nothingIn(root, index, project.notDeployed)
  return project
}

function nothingIn(root: string, index: string | undefined, notDeployed: NotDeployed[]): AppError {
  const hint =
    index === undefined
      ? `has no <integration>/syncs/*.ts and no <integration>/actions/*.ts`
      : `has an index.ts without an import './<integration>/syncs/<name>.js'`
  const besides = notDeployed.map(({ name, reason }) => `\n${name}: ${reason}`).join('')
  return new AppError(
    'invalid_bundle',
    `the folder ${root} ${hint}: there is no function to deploy${besides}`,
  )
}

interface Named extends Pick<FoundInYaml, 'notDeployed' | 'refused' | 'warnings'> {
  functions: FunctionFile[]
  /** The files of all that it names. */
  files: Set<string>
}

/** A function of `nango.yaml` is in the folder of its integration, or beside `nango.yaml`. */
async function namedByYaml(root: string, text: string): Promise<Named> {
  const found = readNangoYaml(text)
  const functions: FunctionFile[] = []
  const files = new Set<string>()
  const notDeployed = [...found.notDeployed]
  for (const { kind, integration, name, wrapper } of found.named) {
    const old = kind === 'on-event' ? [`${integration}/${OLD_EVENTS}/${name}.ts`] : []
    const paths = [`${integration}/${kind}s/${name}.ts`, ...old, `${name}.ts`]
    const file = await firstFile(paths.map((path) => join(root, path)))
    if (file === undefined) {
      const reason = `${YAML} names it, and there is no ${paths.join(' and no ')}`
      notDeployed.push({ name: `${kind} ${integration}/${name}`, reason })
      continue
    }
    files.add(file)
    if (wrapper) functions.push({ kind, integration, name, file, wrapper: wrapper(file) })
  }
  return { ...found, functions, files, notDeployed }
}

async function judge(found: FunctionFile, hasYaml: boolean) {
  const text = await textOf(found.file)
  // A file that is missing is refused when it is bundled.
  return { found, reason: text === undefined ? undefined : whyNoFunction(text, hasYaml) }
}

type Folder = keyof typeof folders

async function functionFiles(root: string): Promise<FunctionFile[]> {
  const files = await filesIn(root, Object.keys(folders))
  // The names of the folders are those that were given.
  return files.map(({ folder, ...file }) => ({ kind: folders[folder as Folder], ...file }))
}

function importsOf(index: string, root: string): FunctionFile[] {
  const imports = index.matchAll(
    /^import\s+['"]\.\/([^'"/]+)\/(syncs|actions|on-events)\/([^'"]+?)(\.[jt]s)?['"]/gm,
  )
  return [...imports].map(([, integration = '', folder = '', name = '']) => {
    const { folder: _, ...file } = projectFile(root, integration, folder, `${name}.ts`)
    return { kind: folders[folder as Folder], ...file } // by the pattern
  })
}
