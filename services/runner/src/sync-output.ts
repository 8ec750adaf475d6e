import { truncated } from '@syncline/sandbox'
import { z } from 'zod'

const REASON_CHARS = 500

/**
 * What the program in the child returns: why the pass of the function was not complete, or an empty text. A child is not
 * trusted: what it makes of this concerns its own records only.
 */
export const SyncOutput = z
  .object({ incomplete: z.string().transform((reason) => truncated(reason, REASON_CHARS)) })
  .catch({ incomplete: '' })
