import type {
  ConfiguredConnection,
  ConfiguredIntegration,
  ConfiguredVariable,
  GetConfigurationAnswer,
  ProviderFile,
} from '@syncline/sdk'
import { z } from 'zod'

/** Of the form of the file: raised when an older command line would read it wrongly. */
const VERSION = 1

/** What was set of a schedule: it is a variant, runs more or less often than its function says, or is paused. */
export interface ConfiguredSchedule {
  provider_config_key: string
  connection_id: string
  sync_name: string
  variant: string
  /** Null: as often as its function says. */
  frequency: string | null
  paused: boolean
}

type Environment = GetConfigurationAnswer['environment']
type Limits = Pick<Environment, 'max_runs' | 'weight'> & Partial<Pick<Environment, 'validate'>>

/** What `syncline export` writes. */
export interface Configuration {
  version: typeof VERSION
  environment?: Limits
  providers: ProviderFile[]
  integrations: ConfiguredIntegration[]
  variables: ConfiguredVariable[]
  connections: ConfiguredConnection[]
  schedules: ConfiguredSchedule[]
}

const name = z.string().min(1)
const ofConnection = { provider_config_key: name, connection_id: name }

/** What names things; the API checks all else, before anything of a thing is changed. */
const File = z.strictObject({
  version: z.literal(VERSION, `must be ${VERSION}: another version of the command line has written it`),
  environment: z
    .strictObject({
      max_runs: z.int().nullable(),
      weight: z.int(),
      validate: z.enum(['off', 'warn', 'strict']).optional(),
    })
    .optional(),
  providers: z.array(z.looseObject({ name })).default([]),
  integrations: z.array(z.looseObject({ unique_key: name, provider: name })).default([]),
  variables: z.array(z.strictObject({ name, value: z.string().nullable() })).default([]),
  connections: z.array(z.looseObject(ofConnection)).default([]),
  schedules: z
    .array(
      z.strictObject({
        ...ofConnection,
        sync_name: name,
        variant: name.default('base'),
        frequency: z.string().nullable().default(null),
        paused: z.boolean().default(false),
      }),
    )
    .default([]),
})

/** @throws With the place of each fault. */
export function parseConfiguration(value: unknown): Configuration {
  const { data, error } = File.safeParse(value)
  // What it has beside names goes to the API as it is, which checks it.
  // The rest of each entry is checked by the API, which it is sent to.
  if (data) return data as unknown as Configuration
  const faults = error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`)
  throw new Error(faults.join('\n'))
}
