import type { Limits } from '@syncline/frequency'
import type { RemovalDeps } from '../reconcile/deps.ts'

/** What it takes to apply any command. `limits`: what commands may ask for. */
export type CommandDeps = RemovalDeps & { limits: { frequency: Limits; variants: number } }
