import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** VitePress puts scripts into its pages; the gateway's Content-Security-Policy allows scripts from files only. They become files. */
export function moveInlineScripts(base: string) {
  const files = new Map<string, string>()
  return {
    transform(html: string): string {
      return html.replaceAll(/<script(?![^>]*\ssrc=)([^>]*)>([\s\S]+?)<\/script>/g, (_, attributes, text) => {
        const name = `inline.${createHash('sha256').update(text).digest('hex').slice(0, 8)}.js`
        files.set(name, text)
        return `<script${attributes} src="${base}assets/${name}"></script>`
      })
    },
    async write(outDir: string): Promise<void> {
      for (const [name, text] of files) await writeFile(join(outDir, 'assets', name), text)
    },
  }
}
