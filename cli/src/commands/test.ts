import { relative } from 'node:path'
import { Command } from 'commander'
import type { FixtureResult } from '../offline/test-fixture.ts'
import { type JsonOptions, jsonOption } from '../show.ts'

interface Options extends JsonOptions {
  only?: string
  update?: boolean
}

/** Lines that are shown of one failure. */
const SHOWN = 40

export const test = () =>
  new Command('test')
    .description('run the syncs of a folder on its fixtures, <integration>/fixtures/*.json, without a server')
    .argument('[folder]', 'with <integration>/syncs/<name>.ts', '.')
    .option('--only <text>', 'only fixtures whose file or sync has it in its name')
    .option('--update', 'write what the runs do into the fixtures, as what is expected')
    .addOption(jsonOption())
    .action(async (folder: string, { only, update = false, json }: Options) => {
      // The bundler is heavy, and few commands need it.
      const [{ findFixtures }, { openOfflineSandboxes }, { SyncSources }, { testFixture }] =
        await Promise.all([
          import('../offline/find-fixtures.ts'),
          import('../offline/offline-sandboxes.ts'),
          import('../offline/sync-sources.ts'),
          import('../offline/test-fixture.ts'),
        ])
      const all = await findFixtures(folder)
      const chosen = all.filter(({ file }) => only === undefined || file.includes(only))
      if (chosen.length === 0) throw new Error(noFixtures(folder, only))
      await using sandboxes = await openOfflineSandboxes()
      const sources = new SyncSources(folder, sandboxes.describe)
      const fixtures: FixtureResult[] = []
      for (const place of chosen) {
        const result = await testFixture(place, { sources, sandboxes, update })
        fixtures.push(result)
        if (!json) console.log(textOf(result))
      }
      const failed = fixtures.filter(({ ok }) => !ok).length
      const passed = fixtures.length - failed
      if (json) console.log(JSON.stringify({ passed, failed, fixtures }, null, 2))
      else console.log(`\n${passed} passed, ${failed} failed`)
      if (failed > 0) process.exitCode = 1
    })

function noFixtures(folder: string, only: string | undefined): string {
  const which = only === undefined ? '' : ` with '${only}' in its name`
  return `the folder ${folder} has no fixture${which}: they are <integration>/fixtures/<name>.json; record one with \`syncline dryrun <integration/sync> <connection> --record <file>\``
}

function textOf({
  file,
  sync,
  ok,
  updated,
  differences,
  unused,
  warnings,
  duration_ms,
}: FixtureResult): string {
  const state = updated ? 'wrote' : ok ? 'ok   ' : 'FAIL '
  const name = relative('.', file)
  const lines = [`${state}  ${name}${sync === null ? '' : `  ${sync}`}  ${(duration_ms / 1000).toFixed(2)} s`]
  const shown = differences.slice(0, SHOWN)
  const more = differences.length > SHOWN ? [`and ${differences.length - SHOWN} more`] : []
  for (const text of [...shown, ...more]) lines.push(...text.split('\n').map((line) => `      ${line}`))
  for (const warning of warnings) lines.push(`      warning: ${warning}`)
  if (ok && unused.length > 0)
    lines.push(`      not requested: ${unused.slice(0, 3).join(', ')}${unused.length > 3 ? ', …' : ''}`)
  return lines.join('\n')
}
