import type { SourcePosition } from '@syncline/proto'
import { truncated } from '@syncline/sandbox'

const LINES_AROUND = 3
const LINE_CHARS = 200
const FILE_CHARS = 300
/** Of a stack: the child writes it, and it could be anything. */
const FRAMES = 100
const FRAME = /^\s+at (?:.* \()?([^()\s][^()]*?):(\d{1,7}):(\d{1,7})\)?$/
const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/

/**
 * Where a function threw, in its author's own files: the first line of its stack that is in one of them, with the lines around it if
 * the bundle has them. The stack has positions in the sources already (`mapStack` in libs/functions).
 */
export function sourcePosition(stack: string, bundle: string): SourcePosition | undefined {
  const frames = stack.split('\n', FRAMES).flatMap((line) => {
    const [, file = '', row, column] = FRAME.exec(line) ?? []
    const isOwn = file !== '' && !file.startsWith('/') && !/node_modules|^syncline:|^node:/.test(file)
    return isOwn ? [{ file, line: Number(row), column: Number(column) }] : []
  })
  if (frames.length === 0) return undefined
  const sources = sourcesOf(bundle)
  const known = frames.find(({ file }) => sources.has(file)) ?? frames[0]
  if (known === undefined) return undefined
  const { file, line, column } = known
  return { file: truncated(file, FILE_CHARS), line, column, source: around(sources.get(file), line) }
}

function around(text: string | undefined, line: number): SourcePosition['source'] {
  if (text === undefined) return []
  const lines = text.split('\n')
  const first = Math.max(1, line - LINES_AROUND)
  return lines
    .slice(first - 1, line + LINES_AROUND)
    .map((line, i) => ({ line: first + i, text: truncated(line.trimEnd(), LINE_CHARS) }))
}

/** Texts by their names. */
function sourcesOf(bundle: string): Map<string, string> {
  const found = new Map<string, string>()
  try {
    const encoded = INLINE_MAP.exec(bundle.slice(bundle.lastIndexOf('\n//# sourceMappingURL=')))?.[1] ?? ''
    const { sources, sourcesContent } = JSON.parse(Buffer.from(encoded, 'base64').toString())
    for (const [i, name] of sources.entries()) {
      if (typeof name === 'string' && typeof sourcesContent?.[i] === 'string')
        found.set(name, sourcesContent[i])
    }
  } catch {
    // A bundle without a map, or with another one than ours makes.
  }
  return found
}
