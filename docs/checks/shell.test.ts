import { expect, test } from 'vitest'
import { shellProblems } from './shell.ts'

test.each([
  ['syncline deploi my-syncs', 'no such command'],
  ['syncline deploy', 'arguments'],
  ['syncline deploy my-syncs --prun', 'no option --prun'],
  ['syncline key mint', 'no such command'],
  ["export KEY=$(syncline key create --environment 'dev')", 'no option --environment'],
  ['curl "$SYNCLINE_URL/recrods?model=Issue" -H "Authorization: Bearer x"', 'no route GET /recrods'],
  ['curl "$SYNCLINE_URL/records?model=Issue&limit=many" -H "Authorization: Bearer x"', 'limit'],
  [
    "curl -X POST http://127.0.0.1:3003/sync/trigger \\\n  -H 'Authorization: Bearer x' -d '{\"sync\":[]}'",
    'syncs',
  ],
  ["curl 'http://localhost:3003/me'", 'sends no key'],
])('%s is wrong', (script, reason) => {
  const { problems } = shellProblems(script)
  expect(problems.join()).toContain(reason)
})

test.each([
  "syncline deploy my-syncs --yes # all of it's there",
  'npx syncline why github/issues user-1 && echo fresh',
  'FILE=x syncline connection create crm user-1 --credentials @credentials.json > out.txt',
  'syncline() { npm run --silent syncline -- "$@"; }',
  'curl -sS -X POST $SYNCLINE_URL/sync/trigger -H \'Authorization: Bearer x\' \\\n  -d \'{\n  "syncs": [],\n  "provider_config_key": "github" }\'',
])('%s is right', (script) => {
  expect(shellProblems(script)).toEqual({ problems: [], unknown: [] })
})

test('what is not ours has to be run by a test', () => {
  expect(shellProblems('helm install syncline\npnpm nothing').unknown).toEqual([
    'helm install syncline',
    'pnpm nothing',
  ])
})
