import type { Unchecked } from './unchecked.ts'

/**
 * What a function sets going in its own environment, on any connection. An attempt that is repeated does it again: a second trigger
 * becomes one more run at most, a second call of an action takes effect twice.
 */
export interface TriggerMethods {
  /**
   * Asks for a run. It is asked for when this returns, and runs later: also the sync that asks, which then runs once more. Triggers of
   * a sync that runs already become one run.
   *
   * @param mode What it clears before: an object, or one of the older names.
   */
  triggerSync(
    providerConfigKey: string,
    connectionId: string,
    sync: SyncRef | SyncRef[],
    mode?: TriggerMode,
  ): Promise<void>
  /** Starts the schedules of syncs that are paused. Without a connection: of all connections of the integration. */
  startSync(providerConfigKey: string, syncs: SyncRef | SyncRef[], connectionId?: string): Promise<void>
  /**
   * Calls an action and returns its output. It has a slot of its own, for which it waits 15 s at most, and its own deadline; an action
   * that calls one ends no later than itself. Three actions may call each other in a row. Four calls of a run work at a time.
   */
  triggerAction<Input = unknown, Output = Unchecked>(
    providerConfigKey: string,
    connectionId: string,
    action: string,
    input?: Input,
  ): Promise<Output>
}

/** By its name, or with its variant. */
export type SyncRef = string | { name: string; variant?: string }

export type TriggerMode =
  | { reset?: boolean; emptyCache?: boolean }
  | 'incremental'
  | 'full_refresh'
  | 'full_refresh_and_clear_cache'
  /** True: `full_refresh`. */
  | boolean
