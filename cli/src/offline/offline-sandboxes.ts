import { openDescribeSandboxes, openFunctionSandboxes } from '@syncline/functions'
import { defaultLimits, type Sandboxes } from '@syncline/sandbox'

/** Answers are there at once, so a run that takes longer waits for nothing that comes. */
const RUN_MS = 5 * 60_000

export interface OfflineSandboxes extends AsyncDisposable {
  describe: Sandboxes
  run: Sandboxes
}

/** Where functions run on this machine. It says so once where they are hardly confined: somebody may try code of others. */
export async function openOfflineSandboxes(): Promise<OfflineSandboxes> {
  await using open = new AsyncDisposableStack()
  const describe = open.use(await openDescribeSandboxes())
  const run = open.use(await openFunctionSandboxes({ limits: { ...defaultLimits, wallMs: RUN_MS } }))
  if (run.level === 'basic' || run.level === 'partial') {
    console.error(
      `note: this machine confines functions at level '${run.level}' only: run code here that you trust, and no other`,
    )
  }
  const owned = open.move()
  return { describe, run, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
