import { SourceMap } from 'node:module'
import { FILE } from './evaluate.ts'

const FRAME = /\(?\/function\.js:(\d+):(\d+)\)?/
const INLINE_MAP = /\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/

/** The same error, with only the function's lines in its stack and positions in the author's own files. */
export function mapStack(error: unknown, code: string): unknown {
  try {
    if (!(error instanceof Error) || typeof error.stack !== 'string') return error
    const encoded = INLINE_MAP.exec(code)?.[1]
    const map = encoded && new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString()))
    const frames = error.stack.split('\n').filter((line) => line.includes(FILE))
    const lines = frames.map((line) => (map ? mapFrame(line, map) : line))
    error.stack = [`${error.name}: ${error.message}`, ...lines].join('\n')
  } catch {
    // The stack can't be read or set: the error stays as it is.
  }
  return error
}

function mapFrame(line: string, map: SourceMap): string {
  const [place, row, column] = FRAME.exec(line) ?? []
  if (place === undefined) return line
  const origin = map.findEntry(Number(row) - 1, Number(column) - 1)
  if (!('originalSource' in origin) || !origin.originalSource) return line
  const to = `${origin.originalSource}:${origin.originalLine + 1}:${origin.originalColumn + 1}`
  return line.replace(place, place.startsWith('(') ? `(${to})` : to)
}
