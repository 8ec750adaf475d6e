import type { Mutant } from '../mutant.ts'

const records = (path: string) => `services/records/${path}`
const script = (name: string) => records(`src/stream/scripts/${name}.lua`)
const contract = [records('test/contract.test.ts')]

const faults: Mutant[] = [
  {
    name: 'lease-granted-though-held',
    attacks: '1, 2: one writer of a stream at a time',
    edits: [
      {
        file: script('lock'),
        search: 'if held_until and tonumber(held_until) > now and holder ~= token then',
        replace: 'if false then',
      },
    ],
    tests: [records('test/group-commit.test.ts')],
    only: 'a stream that somebody else holds',
  },
  {
    name: 'instant-of-a-clock-that-went-back',
    attacks: '1: what becomes visible later sorts later',
    edits: [
      {
        file: script('lock'),
        search: 'local instant = math.max(now, tonumber(last) + 1)',
        replace: 'local instant = now',
      },
    ],
    tests: [records('test/clock.test.ts')],
  },
  {
    name: 'run-begins-in-the-past',
    attacks: '2: what a run has not seen is what was there before it',
    edits: [
      {
        file: script('begin'),
        search: 'local instant = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(last) + 1)',
        replace: 'local instant = time[1] * 1000 + math.floor(time[2] / 1000)',
      },
    ],
    tests: [records('test/clock.test.ts')],
  },
  {
    name: 'lower-fence-may-save',
    attacks: '4: who was cut off cannot write',
    edits: [
      {
        file: script('lock'),
        search: 'local fenced = highest and tonumber(fence) < tonumber(highest)',
        replace: 'local fenced = false',
      },
    ],
    tests: contract,
    only: 'an attempt that was overtaken can write nothing',
  },
  {
    name: 'lower-fence-may-begin',
    attacks: '4: who was cut off cannot take over',
    edits: [
      {
        file: script('begin'),
        search: "if highest and tonumber(ARGV[2]) < tonumber(highest) then return { 'fenced', highest } end",
        replace: '',
      },
    ],
    tests: contract,
    only: 'an attempt that was overtaken can write nothing',
  },
  {
    name: 'save-does-not-raise-the-fence',
    attacks: '4: who was cut off cannot write',
    edits: [
      {
        file: script('lock'),
        search:
          "if not fenced and fence ~= highest then redis.call('HSET', state, 'fence:' .. sync, fence) end",
        replace: '',
      },
    ],
    tests: contract,
    only: 'a save with a higher fence',
  },
  {
    name: 'lease-released-by-another',
    attacks: '1, 2: who lost the lease ends nobody else’s',
    edits: [{ file: script('release'), search: 'if holder ~= ARGV[1] then return 0 end', replace: '' }],
    tests: [records('test/in-doubt.test.ts')],
    only: 'lost its lease',
  },
  {
    name: 'repeated-insert-with-a-new-token',
    attacks: '2: a repeated insert happens once',
    edits: [
      {
        file: records('src/commit/commit.ts'),
        search: 'await insertRows(clickhouse, rows, token)',
        replace: 'await insertRows(clickhouse, rows, randomUUID())',
      },
    ],
    tests: [records('test/deduplication.test.ts')],
  },
  {
    name: 'saved-before-the-insert-is-acknowledged',
    attacks: '1, 3: what is acknowledged is durable and visible',
    edits: [
      {
        file: records('src/commit/commit.ts'),
        search: 'await inserts(() => insertOnce(',
        replace: 'void inserts(() => insertOnce(',
      },
    ],
    tests: [records('test/in-doubt.test.ts')],
    only: 'while its insert is under way',
  },
  {
    name: 'lease-released-before-the-insert',
    attacks: '1: what becomes visible later sorts later',
    edits: [
      {
        file: records('src/commit/group-commit.ts'),
        search: '      end = { plans: await commit(this.#store, locked) }',
        replace:
          "      for (const { lock } of parts) await this.#store.state.release({ ...lock, outcome: 'whole' })\n" +
          '      end = { plans: await commit(this.#store, locked) }',
      },
    ],
    tests: [records('test/in-doubt.test.ts')],
    only: 'while its insert is under way',
  },
  {
    name: 'lease-released-in-doubt',
    attacks: '1, 2: nobody commits while an insert may still be under way',
    edits: [
      { file: records('src/commit/commit.ts'), search: 'over &&= isOver(error)', replace: 'over = true' },
    ],
    tests: [records('test/in-doubt.test.ts')],
    only: 'may still be under way',
  },
  {
    name: 'in-doubt-commit-not-recovered',
    attacks: '2: counts after a crash',
    edits: [
      {
        file: records('src/stream/stream-state.ts'),
        search: 'if (lock.tornSince === undefined) return',
        replace: 'return',
      },
    ],
    tests: [records('test/crash.test.ts')],
    only: 'a commit whose process died before it gave the lock back',
  },
  {
    name: 'cursor-inclusive',
    attacks: '1: nothing is read twice',
    edits: [
      {
        file: records('src/tables/record-log.ts'),
        search: 'modified_at >= ${key.modifiedAt} AND (modified_at, id) > (',
        replace: 'modified_at >= ${key.modifiedAt} AND (modified_at, id) >= (',
      },
    ],
    tests: contract,
    only: 'in pages, each exactly once',
  },
  {
    name: 'cursor-skips-the-rest-of-a-commit',
    attacks: '1: nothing is skipped',
    edits: [
      {
        file: records('src/tables/record-log.ts'),
        search: 'modified_at >= ${key.modifiedAt} AND (modified_at, id) > (',
        replace: 'modified_at > ${key.modifiedAt} AND (modified_at, id) > (',
      },
    ],
    tests: contract,
    only: 'in pages, each exactly once',
  },
  {
    name: 'streams-of-two-environments',
    attacks: '7: environments do not see each other',
    edits: [
      {
        file: records('src/stream/identity.ts'),
        search: 'const identity = [stream.environment, stream.connection,',
        replace: 'const identity = [stream.connection,',
      },
      {
        file: records('src/stream/identity.ts'),
        search: '{${stream.environment}}:stream:',
        replace: '{}:stream:',
      },
    ],
    tests: contract,
    only: 'variants, models and connections are streams of their own',
  },
  {
    name: 'unchanged-not-seen',
    attacks: '2: what was saved again is not deleted as unseen',
    edits: [
      {
        file: records('src/commit/plan.ts'),
        search: "if (kind === 'unchanged' || kind === 'restored') plan.seen.push(id)",
        replace: '',
      },
    ],
    tests: contract,
    only: 'what a run has neither changed nor seen is deleted',
  },
  {
    name: 'stream-emptied-by-each-attempt',
    attacks: '2: a repeated attempt leaves the same records',
    edits: [
      {
        file: records('src/api/begin.ts'),
        search: '(await store.state.emptiedBy(stream, writer.sync)) !== writer.runId',
        replace: 'true',
      },
    ],
    tests: contract,
    only: 'a run empties its streams once',
  },
]

export { faults as records }
