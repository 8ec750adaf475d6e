import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from './connect.ts'

/** An atomic change of state: one Lua file, headed by its KEYS, ARGV and Returns. */
export type Script = (redis: Redis, keys: string[], args: (string | number)[]) => Promise<unknown>

/**
 * Loads `file` once, after what it shares with others (`preludes`); each call runs it by its hash, and sends the text
 * only to a Redis that does not know it.
 */
export function script(file: URL, ...preludes: URL[]): Script {
  const text = [...preludes, file].map((part) => readFileSync(part, 'utf8')).join('\n')
  const sha = createHash('sha1').update(text).digest('hex')
  return async (redis, keys, args) => {
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await redis.eval(text, keys.length, ...keys, ...args)
    }
  }
}
