import { z } from 'zod'

/** What is done about a record that does not fit its model. */
export const Validation = z.enum(['off', 'warn', 'strict'])
