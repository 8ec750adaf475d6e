import { truncated } from '@syncline/sandbox'
import { z } from 'zod'

const TEXT_CHARS = 500
const WARNINGS = 20

const text = z.string().transform((it) => truncated(it, TEXT_CHARS))

/**
 * What the program in the child returns: why the pass of the function was not complete, or an empty text; and what the result of
 * its run warns of. A child is not trusted: what it makes of this concerns its own records only.
 */
export const SyncOutput = z
  .object({
    incomplete: text.catch(''),
    warnings: z
      .array(text)
      .transform((all) => all.slice(0, WARNINGS))
      .catch([]),
  })
  .catch({ incomplete: '', warnings: [] })
