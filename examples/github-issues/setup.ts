import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Syncline, SynclineError } from '@syncline/sdk'

const CLI = join(import.meta.dirname, '../../cli/src/main.ts')
const CLI_TIMEOUT_MS = 60_000
const CALL_TIMEOUT_MS = 30_000
const ENVIRONMENT = 'dev'
const LABEL = 'example'

interface ExampleOptions {
  /** SYNCLINE_ADMIN_KEY of the gateway. */
  adminKey: string
  /** URL of the REST API. */
  url: string
  githubUrl: string
  repo: string
  token: string
  connectionId?: string
  /** The API key of an earlier start; it is used again if it is still valid. */
  knownKey?: string
  /** Called with a new key. */
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
  await client.integrations
    .create({ uniqueKey: 'github', provider: 'github', baseUrl: options.githubUrl })
    .catch((error) => {
      if (!(error instanceof SynclineError && error.code === 'already_exists')) throw error
      return client.integrations.update('github', { baseUrl: options.githubUrl })
    })
  const connectionId = options.connectionId ?? 'demo'
  await client.connections.create({
    providerConfigKey: 'github',
    connectionId: connectionId,
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

/** Runs `syncline deploy <folder> --yes` and returns its output; its errors are written for people. */
export async function deploy(folder: string, url: string, key: string): Promise<string> {
  const env = { ...process.env, SYNCLINE_URL: url, SYNCLINE_KEY: key }
  const args = ['--no-warnings', CLI, 'deploy', folder, '--yes']
  try {
    return (await promisify(execFile)(process.execPath, args, { env, timeout: CLI_TIMEOUT_MS })).stdout
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    throw new Error(said || `syncline deploy ${folder} failed`, { cause: error })
  }
}

/** As `syncline env create` and `syncline key create` do. A key that was made and not saved gets a new secret at once. */
async function environmentKey({ url, adminKey, knownKey, saveKey }: ExampleOptions): Promise<string> {
  if (knownKey && (await call(url, knownKey, 'GET', '/me')).status === 200) return knownKey
  const admin = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const { status, answer } = await call(url, adminKey, method, path, body)
    if (status >= 400 && answer.error?.code !== 'already_exists')
      throw new Error(`${method} ${path}: ${answer.error?.message}`)
    return answer as T // the routes of libs/api/src/keys.ts say what it is
  }
  await admin('POST', '/environments', { name: ENVIRONMENT })
  const keys = `/environments/${ENVIRONMENT}/keys`
  const known = await admin<{ keys: { id: string; label: string }[] }>('GET', keys)
  const present = known.keys.find(({ label }) => label === LABEL)
  const { secret } = present
    ? await admin<{ secret: string }>('POST', `${keys}/${present.id}/rotate`, { overlap_seconds: 0 })
    : await admin<{ secret: string }>('POST', keys, { label: LABEL })
  saveKey?.(secret)
  return secret
}

async function call(url: string, key: string, method: string, path: string, body?: object) {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    ...(body && { body: JSON.stringify(body) }),
  })
  const answer = (await response.json()) as { error?: { code: string; message: string } }
  return { status: response.status, answer }
}
