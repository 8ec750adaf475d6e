import type { z } from 'zod'
import type { Unchecked } from './unchecked.ts'

/** The run's connection, its integration and its environment. */
export interface ConnectionMethods<Metadata extends z.ZodType | undefined = z.ZodType> {
  /**
   * A run may read its own connection only: if names are given, they must be its.
   *
   * @param options `forceRefresh`: gets a new token first. The others have no effect: refresh tokens stay out of functions.
   */
  getConnection(
    providerConfigKey?: string,
    connectionId?: string,
    options?: { forceRefresh?: boolean; refreshToken?: boolean; refreshGithubAppJwtToken?: boolean },
  ): Promise<FunctionConnection<MetadataOf<Metadata>>>
  getMetadata<T = MetadataOf<Metadata>>(): Promise<T>
  /** Replaces the connection's metadata. */
  setMetadata(metadata: Record<string, unknown>): Promise<void>
  /** Sets single keys of the connection's metadata. */
  updateMetadata(metadata: Record<string, unknown>): Promise<void>
  /** The access token, or the credentials where there is more to them. Tokens only with `expose_tokens` of the integration. */
  getToken(): Promise<unknown>
  /** @param options `include`: `credentials` of your own app, with `expose_tokens` of the integration only. */
  getIntegration(options?: { include?: ('webhook' | 'credentials')[] }): Promise<FunctionIntegration>
  /** Always null: Syncline receives no webhooks of vendors. */
  getWebhookURL(): Promise<string | null>
  /** @deprecated `fieldMapping` of the connection's metadata. */
  getFieldMapping(): Promise<Record<string, string>>
  /** @deprecated Use `updateMetadata`. */
  setFieldMapping(fieldMapping: Record<string, string>): Promise<void>
  /** @deprecated Empty: definitions have no attributes. */
  getFlowAttributes<Attributes = Record<string, unknown>>(): Attributes
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

export interface FunctionIntegration {
  unique_key: string
  provider: string
  display_name: string
  logo: string
  forward_webhooks: boolean
  integration_config?: Record<string, string>
  custom?: Record<string, string>
  created_at: string
  updated_at: string
  /** With `include: ['webhook']`. */
  webhook_url?: null
  /** With `include: ['credentials']`. Null: it has no app of its own. */
  credentials?: Unchecked
}
