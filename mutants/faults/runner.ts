import type { Mutant } from '../mutant.ts'

const runner = (path: string) => `services/runner/${path}`
const http = [runner('test/http.test.ts')]
const saves = [runner('test/saves.test.ts')]
const ends = [runner('test/ends.test.ts')]

const faults: Mutant[] = [
  {
    name: 'checkpoint-before-saves',
    attacks: '3: a checkpoint covers durable data only',
    edits: [
      {
        file: runner('src/host.ts'),
        search: 'await saves.settled()',
        replace: '',
      },
    ],
    tests: saves,
    only: 'checkpoints come back, wait for the writes before them',
  },
  {
    name: 'checkpoint-over-a-failed-save',
    attacks: '3: a checkpoint covers durable data only',
    edits: [{ file: runner('src/saves.ts'), search: 'if (!this.#failure) return', replace: 'return' }],
    tests: saves,
    only: 'a checkpoint is refused once a write has failed',
  },
  {
    name: 'checkpoint-without-mark',
    attacks: 'a pass that was not complete deletes nothing, whoever ends it',
    edits: [{ file: runner('src/host.ts'), search: 'await saves.markIncomplete(incomplete)', replace: '' }],
    tests: [runner('test/incomplete.test.ts')],
    only: 'a page that failed before a checkpoint',
  },
  {
    name: 'success-without-mark',
    attacks: 'a pass that was not complete deletes nothing, whoever ends it',
    edits: [
      { file: runner('src/run-attempt.ts'), search: 'await saves.markIncomplete(incomplete)', replace: '' },
    ],
    tests: [runner('test/incomplete.test.ts')],
    only: 'a run that succeeds with a page missing',
  },
  {
    name: 'slot-free-before-the-end-is-reported',
    attacks: '5: the end of a run is not lost, and nothing is taken past the free slots',
    edits: [
      {
        file: runner('src/intake.ts'),
        search: 'if (report) await reportEnd(',
        replace: 'if (report) void reportEnd(',
      },
    ],
    tests: [runner('test/hand-out.test.ts')],
    only: 'a scheduler that is away holds the end of a run',
  },
  {
    name: 'goes-on-after-standing-still',
    attacks: '4: a runner that was replaced does nothing more',
    edits: [
      {
        file: runner('src/host.ts'),
        search: 'run.waits.isParked || run.deps.heartbeats.unconfirmed',
        replace: 'run.waits.isParked',
      },
    ],
    tests: [runner('test/hand-out.test.ts')],
    only: 'a runner that stood still asks the scheduler',
  },
  {
    name: 'stop-not-followed',
    attacks: 'a cancelled run is killed at once',
    edits: [
      {
        file: runner('src/notices.ts'),
        search: 'attempts.stop(Stop.decode(data))',
        replace: 'Stop.decode(data)',
      },
    ],
    tests: [runner('test/hand-out.test.ts')],
    only: 'a run that is cancelled is killed at once',
  },
  {
    name: 'slot-taken-back-after-new-attempts',
    attacks: '5: a run that waited for its API goes on before new ones begin',
    edits: [
      {
        file: runner('src/slots.ts'),
        search: 'if (next !== -1)',
        replace: 'if (false)',
      },
    ],
    tests: [runner('src/slots.test.ts')],
    only: 'who comes back gets a slot',
  },
  {
    name: 'fenced-attempt-tells-its-end',
    attacks: '4: who was cut off stops',
    edits: [
      {
        file: runner('src/run-attempt.ts'),
        search: "if (end.outcome === 'replaced') return undefined",
        replace:
          "if (end.outcome === 'replaced') return reportOf(attempt, { outcome: RunOutcome.FAILED, error: end.error })",
      },
    ],
    tests: ends,
    only: 'an attempt that was taken over stops',
  },
  {
    name: 'attempt-begins-without-fence',
    attacks: '4: earlier attempts are shut out before the function runs',
    edits: [
      {
        file: runner('src/run-attempt.ts'),
        search: '    begin(run)\n',
        replace: '    run.saves.begin(run.work.sync.models, Promise.resolve({ counts: [] }), run.signal)\n',
      },
    ],
    tests: saves,
    only: 'a function saves, and the run ends with its counts',
  },
  {
    name: 'runner-takes-more-than-its-free-slots',
    attacks: 'a runner takes no run that it has no slot for',
    edits: [
      {
        file: runner('src/intake.ts'),
        search: 'freeSlots: free.ordinary.length,',
        replace: 'freeSlots: runner.slots,',
      },
    ],
    tests: [runner('test/hand-out.test.ts')],
    only: 'a runner asks for as many runs as it has slots free',
  },
  {
    name: 'stop-of-another-attempt-followed',
    attacks: 'a stop reaches the attempt that it names only',
    edits: [
      {
        file: runner('src/active-attempts.ts'),
        search: 'if (active?.attempt.attempt !== attempt) return false',
        replace: 'if (!active) return false',
      },
    ],
    tests: [runner('src/active-attempts.test.ts')],
    only: 'a stop reaches the attempt that it names',
  },
  {
    name: 'attempt-goes-on-without-a-lease',
    attacks: '4: an attempt whose lease nobody renews stops',
    edits: [{ file: runner('src/heartbeats.ts'), search: 'this.#judge(error)\n', replace: '' }],
    tests: [runner('src/heartbeats.test.ts')],
    only: 'an attempt stops after a whole lease',
  },
  {
    name: 'confirmed-by-an-old-answer',
    attacks: '4: a runner that stood still asks before it goes on',
    edits: [
      {
        file: runner('src/heartbeats.ts'),
        search: 'if (isHeard && gaps === this.#gaps)',
        replace: 'if (isHeard)',
      },
    ],
    tests: [runner('src/heartbeats.test.ts')],
    only: 'an answer to a call from before the gap',
  },
  {
    name: 'ordinary-run-in-a-reserved-slot',
    attacks: 'fair: no run of a busy environment holds a reserved slot',
    edits: [
      { file: runner('src/slots.ts'), search: "kind === 'ordinary' || was === 'reserved'", replace: 'true' },
    ],
    tests: [runner('src/slots.test.ts')],
    only: 'no ordinary attempt comes back to it',
  },
  {
    name: 'last-lines-of-a-log-lost',
    attacks: 'a log ends with the end of its run',
    edits: [
      {
        file: runner('src/log-sender.ts'),
        search: '    await this.#sending\n    await this.#flush()\n',
        replace: '    await this.#sending\n',
      },
    ],
    tests: [runner('src/log-sender.test.ts')],
    only: 'lines of many runs go in one call',
  },
  {
    name: 'runner-with-any-keyring',
    attacks: 'keyring: a runner that could open no secret does not start',
    edits: [
      { file: runner('src/service.ts'), search: '  await checkKeyring(catalog, keyring)\n', replace: '' },
    ],
    tests: [runner('test/hand-out.test.ts')],
    only: 'with another keyring than the gateway',
  },
  {
    name: 'parked-run-keeps-its-slot',
    attacks: '5: a run that waits for its API delays no other',
    edits: [{ file: runner('src/api-waits.ts'), search: '    slot.give()\n', replace: '' }],
    tests: [runner('test/parking.test.ts')],
    only: 'keeps its process, gives up its slot',
  },
  {
    name: 'tries-begin-anew',
    attacks: 'retries have a limit',
    edits: [
      {
        file: runner('src/decide-wait.ts'),
        search: 'if ((isNamed && answered === 0)',
        replace: 'if ((answered === 0)',
      },
    ],
    tests: [runner('test/parking.test.ts')],
    only: 'calls that count their tries go on counting',
  },
  {
    name: 'egress-private-address',
    attacks: 'egress: public addresses only',
    edits: [
      {
        file: 'libs/outgoing/src/http/egress.ts',
        search: 'if (isIP(address) !== 0 && !isPublic(address)) throw',
        replace: 'if (false) throw',
      },
    ],
    tests: http,
    only: 'is refused',
  },
  {
    name: 'egress-name-of-a-private-address',
    attacks: 'egress: the address that is used is the one that was checked',
    edits: [
      {
        file: 'libs/outgoing/src/http/public-address.ts',
        search: 'addresses?.find(({ address }) => !isPublic(address))',
        replace: 'addresses?.find(() => false)',
      },
    ],
    tests: http,
    only: 'a name of this machine',
  },
  {
    name: 'egress-special-ranges',
    attacks: 'egress: no loopback, link-local, metadata or private range',
    edits: [
      {
        file: 'libs/outgoing/src/http/public-address.ts',
        search: "if (parsed.range() !== 'unicast') return false",
        replace: '',
      },
    ],
    tests: ['libs/outgoing/src/http/public-address.test.ts'],
  },
  {
    name: 'token-to-another-origin',
    attacks: 'egress: headers of a call stay with their origin',
    edits: [
      {
        file: 'libs/outgoing/src/http/request.ts',
        search: 'const headers = keeps ?',
        replace: 'const headers = true ?',
      },
    ],
    tests: http,
    only: 'credentials go to the same origin only',
  },
  {
    name: 'credentials-to-any-origin',
    attacks: 'egress: credentials go to the base URL and to allowed hosts',
    edits: [
      {
        file: 'libs/outgoing/src/http/additions.ts',
        search: 'if (mayHaveCredentials(url, baseUrl, settings.allowedHosts)) return additions',
        replace: 'return additions',
      },
    ],
    tests: http,
    only: 'goes without credentials, which the log of the run says once',
  },
  {
    name: 'credentials-by-http',
    attacks: 'egress: allowed hosts get credentials by https',
    edits: [
      {
        file: 'libs/outgoing/src/http/may-have-credentials.ts',
        search: 'return isSecret && allowedHosts',
        replace: 'return allowedHosts',
      },
    ],
    tests: ['libs/outgoing/src/http/may-have-credentials.test.ts'],
  },
  {
    name: 'post-sent-twice',
    attacks: 'retries: what may have been processed is not sent again',
    edits: [
      {
        file: 'libs/outgoing/src/http/retry-wait.ts',
        search: '|| !isSafe(result, policy)) return undefined',
        replace: ') return undefined',
      },
    ],
    tests: ['libs/outgoing/src/http/retry-wait.test.ts'],
  },
  {
    name: 'redirect-not-checked',
    attacks: 'egress: each hop is checked',
    edits: [
      {
        file: 'libs/outgoing/src/http/egress.ts',
        search: 'const pools = this.#checked(url) ? this.#open : this.#guarded',
        replace: 'const pools = redirects > 0 || this.#checked(url) ? this.#open : this.#guarded',
      },
    ],
    tests: http,
    only: 'a redirect to a private address is refused',
  },
]

export { faults as runner }
