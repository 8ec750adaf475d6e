import type { Mutant } from '../mutant.ts'
import { budget } from './budget.ts'
import { bus } from './bus.ts'
import { catalog } from './catalog.ts'
import { chaos } from './chaos.ts'
import { events } from './events.ts'
import { facts } from './facts.ts'
import { freshness } from './freshness.ts'
import { judging } from './judging.ts'
import { onEvents } from './on-events.ts'
import { policies } from './policies.ts'
import { queue } from './queue.ts'
import { records } from './records.ts'
import { runner } from './runner.ts'
import { sandboxes } from './sandbox.ts'
import { scheduler } from './scheduler.ts'
import { tokens } from './tokens.ts'

export const mutants: Mutant[] = [
  ...records,
  ...scheduler,
  ...queue,
  ...policies,
  ...judging,
  ...facts,
  ...freshness,
  ...runner,
  ...catalog,
  ...bus,
  ...events,
  ...tokens,
  ...onEvents,
  ...budget,
  ...sandboxes,
  ...chaos,
]
