import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vitepress'
import { writeGeneratedPages } from './generate/index.ts'

// pnpm docs:build: the site as files, in docs/.vitepress/dist.
await writeGeneratedPages()
await build(import.meta.dirname)
await checkScripts(join(import.meta.dirname, '.vitepress/dist'))

/** The gateway allows scripts from its own files only, and no page asks another host. */
async function checkScripts(dist: string): Promise<void> {
  for await (const file of glob('**/*.html', { cwd: dist })) {
    const html = await readFile(join(dist, file), 'utf8')
    const [found] =
      /<script(?![^>]* src="\/docs\/)[^>]*>|<(?:link|img|script)[^>]* (?:href|src)="(?:https?:)?\/\/[^>]*>/.exec(
        html,
      ) ?? []
    if (found !== undefined) throw new Error(`${file}: ${found}`)
  }
}
