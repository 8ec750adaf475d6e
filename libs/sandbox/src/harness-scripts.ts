import { join } from 'node:path'
import { build } from 'esbuild'

/** The file of the program, beside the harness. */
export const PROGRAM_FILE = 'program.cjs'

interface HarnessScripts {
  /** Our side of the channel. It reads the program from its own folder. */
  harness: string
  /** The program, with what stands around it in each realm. */
  program: string
}

/** Bundles both scripts from source. The package of the command line has them made already: see cli/tsdown.config.ts. */
export async function harnessScripts(
  programFile: string,
  target = `node${process.versions.node}`,
): Promise<HarnessScripts> {
  const own = (name: string) => JSON.stringify(join(import.meta.dirname, 'child', name))
  const harness = `import { join } from 'node:path'
     import { serve } from ${own('serve.ts')}
     serve(join(__dirname, '${PROGRAM_FILE}'))`
  const program = `import ${own('realm/globals.ts')}
     import { startRealm } from ${own('realm/start-realm.ts')}
     import { program } from ${JSON.stringify(programFile)}
     export const start = () => startRealm(platform, program)`
  return { harness: await bundled(harness, target), program: await bundled(program, target) }
}

async function bundled(contents: string, target: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target,
    write: false,
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}
