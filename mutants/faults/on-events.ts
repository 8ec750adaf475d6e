import type { Mutant } from '../mutant.ts'

const tests = ['services/gateway/test/on-events.test.ts']

export const onEvents: Mutant[] = [
  {
    name: 'refused-connection-is-stored',
    attacks: 'a function of validate-connection refuses credentials before they are stored',
    edits: [
      {
        file: 'services/gateway/src/routes/connections.ts',
        search: '  await validateConnection(dependencies, change(before))\n',
        replace: '',
      },
    ],
    tests,
    only: 'a function refuses credentials before they are stored',
  },
  {
    name: 'failed-function-keeps-the-connection',
    attacks: 'no function keeps a connection from being deleted',
    edits: [
      {
        file: 'services/gateway/src/on-events/run-on-events.ts',
        search: '      (error: unknown) => error,\n',
        replace: '',
      },
      {
        file: 'services/gateway/src/on-events/run-on-events.ts',
        search: "(result.code === '' ? undefined : actionError(result)),",
        replace: "{ if (result.code !== '') throw actionError(result); return undefined },",
      },
    ],
    tests,
    only: 'does not keep a connection from being deleted',
  },
  {
    name: 'many-deletions-without-functions',
    attacks: 'functions run before an integration or environment is deleted with its connections',
    edits: [
      {
        file: 'services/gateway/src/on-events/delete-connections.ts',
        search: '  if (most === 0) {',
        replace: '  if (most >= 0) {',
      },
    ],
    tests,
    only: 'functions of all connections run before',
  },
  {
    name: 'creation-calls-twice',
    attacks: 'functions run for a connection that was created, not for new credentials',
    edits: [
      {
        file: 'services/gateway/src/routes/connections.ts',
        search: 'creationCalls: present ? present.creationCalls : calls,',
        replace: 'creationCalls: calls,',
      },
    ],
    tests,
    only: 'functions of a new connection are in the queue once',
  },
]
