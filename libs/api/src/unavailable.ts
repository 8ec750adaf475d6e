import { z } from 'zod'

/** A service that did not answer: what it alone knows is null or absent. */
export const Unavailable = z.array(z.enum(['scheduler', 'records']))
