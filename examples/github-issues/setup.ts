import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connectBus } from '@syncline/bus'
import { hashApiKey, newApiKey, openCatalog } from '@syncline/catalog'
import { Syncline, SynclineError } from '@syncline/sdk'

const CLI = join(import.meta.dirname, '../../cli/src/main.ts')
const CLI_TIMEOUT_MS = 60_000
const ENVIRONMENT = 'dev'

interface ExampleOptions {
  natsUrl: string
  /** URL of the REST API. */
  url: string
  githubUrl: string
  repo: string
  token: string
  connectionId?: string
  /** The API key of an earlier start; it is used again if it is still valid. */
  knownKey?: string
  /** Called with a new key before it is valid: whoever dies after that has it, or it does not exist. */
  saveKey?: (key: string) => void
}

/** All that a reader of the example's records needs. */
export interface Example {
  url: string
  key: string
  provider_config_key: string
  connection_id: string
  sync: string
  model: string
}

/** Creates an environment with a key, the integration GitHub and a connection, and deploys the sync. Repeatable. */
export async function setUpExample(options: ExampleOptions): Promise<Example> {
  const key = await environmentKey(options)
  const client = new Syncline({ secretKey: key, host: options.url })
  await client
    .createIntegration({ unique_key: 'github', provider: 'github', base_url: options.githubUrl })
    .catch((error) => {
      if (!(error instanceof SynclineError && error.code === 'already_exists')) throw error
      return client.updateIntegration({ uniqueKey: 'github' }, { base_url: options.githubUrl })
    })
  const connectionId = options.connectionId ?? 'demo'
  await client.createConnection({
    provider_config_key: 'github',
    connection_id: connectionId,
    credentials: { type: 'API_KEY', apiKey: options.token },
    metadata: { repo: options.repo },
  })
  await deploy(import.meta.dirname, options.url, key)
  return {
    url: options.url,
    key,
    provider_config_key: 'github',
    connection_id: connectionId,
    sync: 'github-issues',
    model: 'GithubIssue',
  }
}

/** Runs `syncline deploy <folder>` and returns its output; its errors are written for people. */
export async function deploy(folder: string, url: string, key: string): Promise<string> {
  const env = { ...process.env, SYNCLINE_URL: url, SYNCLINE_KEY: key }
  const args = ['--no-warnings', CLI, 'deploy', folder]
  try {
    return (await promisify(execFile)(process.execPath, args, { env, timeout: CLI_TIMEOUT_MS })).stdout
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    throw new Error(said || `syncline deploy ${folder} failed`, { cause: error })
  }
}

/** As `syncline env create` and `syncline key create` do. */
async function environmentKey({ natsUrl, knownKey, saveKey }: ExampleOptions): Promise<string> {
  await using bus = await connectBus({ url: natsUrl, prefix: 'syncline', replicas: 1 }, 'example')
  await using catalog = await openCatalog(bus, (error) => console.error(error))
  const createdAt = new Date().toISOString()
  await catalog.environments.upsert((present) => present ?? { name: ENVIRONMENT, createdAt }, ENVIRONMENT)
  if (knownKey && (await catalog.apiKeys.find(hashApiKey(knownKey)))) return knownKey
  const key = newApiKey(ENVIRONMENT)
  const hash = hashApiKey(key)
  saveKey?.(key)
  await catalog.apiKeys.create(
    { hash, environment: ENVIRONMENT, label: 'example', hint: key.slice(-4), createdAt },
    hash,
  )
  return key
}
