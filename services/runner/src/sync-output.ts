import { truncated } from '@syncline/sandbox'
import { z } from 'zod'

const TEXT_CHARS = 500
const WARNINGS = 20
const MODELS = 100
const FIELDS = 200
const PATH_CHARS = 200
const TYPES = 10

const text = z.string().transform((it) => truncated(it, TEXT_CHARS))
const atMost = (most: number) => (all: string[]) => all.slice(0, most)

const Shape = z.object({
  model: z.string(),
  records: z.int().positive(),
  fields: z
    .array(
      z.object({
        path: z.string().max(PATH_CHARS),
        types: z.array(z.enum(['string', 'number', 'boolean', 'object', 'list', 'null'])).max(TYPES),
        always: z.boolean(),
      }),
    )
    .max(FIELDS),
})
export type Shape = z.infer<typeof Shape>

/**
 * What the program in the child returns: why the pass of the function was not complete, or an empty text; what the result of its run
 * warns of; and what the records look like that it saved. A child is not trusted: what it makes of this concerns its own records
 * only.
 */
export const SyncOutput = z
  .object({
    incomplete: text.catch(''),
    warnings: z.array(text).transform(atMost(WARNINGS)).catch([]),
    shapes: z.array(Shape).max(MODELS).catch([]),
  })
  .catch({ incomplete: '', warnings: [], shapes: [] })
