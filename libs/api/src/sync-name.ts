import { z } from 'zod'

const MAX_TEXT = 64 * 1024

/** `name` or `name::variant`, as clients write a sync in one string. */
export function parseSyncName(text: string): { name: string; variant: string } {
  const [name = '', variant = 'base'] = text.split('::')
  return { name, variant }
}

/** One sync in a text. An empty name or variant is refused: nowhere does it mean all. */
export const SyncInText = z
  .string()
  .max(511)
  .regex(/^[^:]+(::[^:]+(::.*)?)?$/, 'must be `name` or `name::variant`')
  .transform(parseSyncName)

/** Several, separated by commas. */
export const SyncsInText = z
  .string()
  .min(1)
  .max(MAX_TEXT)
  .transform((text) => text.split(','))
  .pipe(z.array(SyncInText))
