import type { z } from 'zod'

/** The run's connection, its integration and its environment. */
export interface ConnectionMethods<Metadata extends z.ZodType = z.ZodType> {
  getConnection(
    providerConfigKey?: string,
    connectionId?: string,
    options?: unknown,
  ): Promise<FunctionConnection<z.infer<Metadata>>>
  getMetadata<T = z.infer<Metadata>>(): Promise<T>
  /** Replaces the connection's metadata. */
  setMetadata(metadata: Record<string, unknown>): Promise<void>
  /** Sets single keys of the connection's metadata. */
  updateMetadata(metadata: Record<string, unknown>): Promise<void>
  getToken(): Promise<unknown>
  getIntegration(): Promise<{ unique_key: string; provider: string; display_name: string }>
  getEnvironmentVariables(): Promise<{ name: string; value: string }[]>
}

export interface FunctionConnection<Metadata = Record<string, unknown>> {
  connection_id: string
  provider_config_key: string
  provider: string
  credentials: Record<string, unknown>
  connection_config: Record<string, unknown>
  metadata: Metadata | null
  tags: Record<string, string>
  created_at: string
  updated_at: string
}
