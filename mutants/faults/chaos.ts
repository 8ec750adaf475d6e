import type { Mutant } from '../mutant.ts'

// Faults that the chaos proof must find from outside, whatever the seed.

const script = (name: string) => `services/scheduler/src/scripts/${name}.lua`
const tests = ['e2e/chaos.test.ts']

export const chaos: Mutant[] = [
  {
    name: 'runs-of-dead-runners-stay',
    attacks: '5: no run stays RUNNING after its runner died',
    edits: [
      {
        file: script('expire'),
        search: 'for _, id in ipairs(ids) do',
        replace: 'for _, id in ipairs({}) do',
      },
    ],
    tests,
  },
  {
    name: 'missed-slots-vanish',
    attacks: '5: every slot runs once, or is skipped for a counted reason',
    edits: [
      {
        file: script('claim-due'),
        search: "skip_and_tell(schedule, slot, args.now, missed, 'scheduler_down')",
        replace: '',
      },
    ],
    tests,
  },
  {
    name: 'slots-do-not-see-the-active-run',
    attacks: '4: at most one live run per schedule',
    edits: [
      {
        file: script('claim-due'),
        search: 'if not run then return begin_run',
        replace: 'if true then return begin_run',
      },
    ],
    tests,
  },
]
