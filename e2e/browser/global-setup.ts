import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { recordedIssues } from '@syncline/example-github-issues/recorded'
import { ROOT } from '@syncline/launcher'
import type { TestProject } from 'vitest/node'
import { startExampleSystem } from '../example-system.ts'
import { startBrowser } from './start-browser.ts'

/** What the tests of the browser share: one system with the example deployed in `dev`, and one Chromium. */
export interface Shared {
  url: string
  /** Of environment `dev`. */
  key: string
  adminKey: string
  replayUrl: string
  /** Where Playwright connects to Chromium. */
  browser: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    shared: Shared
  }
}

export default async function setup(project: TestProject) {
  await using open = new AsyncDisposableStack()
  project.provide('shared', await startShared(open))
  const owned = open.move()
  return () => owned.disposeAsync()
}

export async function startShared(open: AsyncDisposableStack): Promise<Shared> {
  // Tests have their stand-in APIs on ports of this machine.
  const settings = { egress: ['127.0.0.1'], env: { SYNC_MIN_FREQUENCY: '1s' } }
  const build = ['--no-warnings', join(ROOT, 'setup/build-pages.ts'), 'web']
  const [example, browser] = await Promise.all([
    startExampleSystem({ items: recordedIssues(), ...settings }),
    startBrowser(),
    promisify(execFile)(process.execPath, build),
  ])
  open.use(example)
  open.defer(() => browser.close())
  return {
    url: example.system.url,
    key: example.key,
    adminKey: example.adminKey,
    replayUrl: example.replay.url,
    browser: browser.wsEndpoint(),
  }
}
