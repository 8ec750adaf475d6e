// The service `example` of docker-compose.yml: sets the example up and prints how to read its records.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { setUpExample } from './setup.ts'

/** In a volume: the container may be created again. */
const KEY_FILE = '/var/lib/syncline/example-key'

const {
  SYNCLINE_ADMIN_KEY_FILE = '',
  SYNCLINE_URL = '',
  GITHUB_URL = '',
  SHOW_URL = SYNCLINE_URL,
} = process.env

for (
  let tries = 1;
  !(await fetch(`${SYNCLINE_URL}/health`).then(
    (answer) => answer.ok,
    () => false,
  ));
  tries++
) {
  if (tries === 120) throw new Error(`the gateway at ${SYNCLINE_URL} is not healthy after two minutes`)
  await sleep(1000)
}
const example = await setUpExample({
  adminKey: readFileSync(SYNCLINE_ADMIN_KEY_FILE, 'utf8').trim(),
  url: SYNCLINE_URL,
  githubUrl: GITHUB_URL,
  repo: 'octokit-fixture-org/paginate-issues',
  token: 'recorded-answers-need-no-real-token',
  ...(existsSync(KEY_FILE) && { knownKey: readFileSync(KEY_FILE, 'utf8').trim() }),
  saveKey: (key) => writeFileSync(KEY_FILE, key, { mode: 0o600 }),
})
console.log(`Syncline runs. Its records:

dashboard: ${SHOW_URL}/#key=${example.key}

curl '${SHOW_URL}/records?model=${example.model}&limit=3' \\
  -H 'Authorization: Bearer ${example.key}' \\
  -H 'Provider-Config-Key: ${example.provider_config_key}' -H 'Connection-Id: ${example.connection_id}'
`)
