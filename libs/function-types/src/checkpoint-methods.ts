import type { z } from 'zod'

/** The state that a sync keeps from run to run. */
export interface CheckpointMethods<Checkpoint extends z.ZodObject = z.ZodObject> {
  /** What an earlier run saved; null at first. */
  getCheckpoint(): Promise<z.infer<Checkpoint> | null>
  /** Replaces the checkpoint, once everything saved before is durable. It stays even if the run fails later. */
  saveCheckpoint(checkpoint: z.infer<Checkpoint>): Promise<void>
  clearCheckpoint(): Promise<void>
}
