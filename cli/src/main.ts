#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

// Without the cache each start reads the types off each file again, which takes most of the time of a short command. It is below
// the home folder, as whoever can write to it decides what runs. Where it cannot be written, nothing is cached.
enableCompileCache(join(homedir(), '.cache', 'syncline'))
const { run } = await import('./run.ts')
process.exitCode = await run()
