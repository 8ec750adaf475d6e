import type { z } from 'zod'

/** A model: what its records look like. Each record has an `id`. */
export type ModelSchema = z.ZodObject
export type Models = Record<string, ModelSchema>

/** A record of the model with this name. */
export type RecordOf<M extends Models, Name extends keyof M> = z.infer<M[Name]>
