import type { z } from 'zod'
import type { Unchecked } from './unchecked.ts'

/** The run's connection, its integration and its environment. */
export interface ConnectionMethods<Metadata extends z.ZodType | undefined = z.ZodType> {
  getConnection(
    providerConfigKey?: string,
    connectionId?: string,
    options?: unknown,
  ): Promise<FunctionConnection<MetadataOf<Metadata>>>
  getMetadata<T = MetadataOf<Metadata>>(): Promise<T>
  /** Replaces the connection's metadata. */
  setMetadata(metadata: Record<string, unknown>): Promise<void>
  /** Sets single keys of the connection's metadata. */
  updateMetadata(metadata: Record<string, unknown>): Promise<void>
  getToken(): Promise<unknown>
  getIntegration(): Promise<{ unique_key: string; provider: string; display_name: string }>
  getEnvironmentVariables(): Promise<{ name: string; value: string }[]>
}

/** A definition may say that there is none. */
type MetadataOf<Metadata extends z.ZodType | undefined> = Metadata extends z.ZodType
  ? z.infer<Metadata>
  : Record<string, Unchecked>

export interface FunctionConnection<Metadata = Record<string, unknown>> {
  connection_id: string
  provider_config_key: string
  provider: string
  credentials: Record<string, Unchecked>
  connection_config: Record<string, Unchecked>
  metadata: Metadata | null
  tags: Record<string, string>
  created_at: string
  updated_at: string
}
