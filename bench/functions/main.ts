// What functions cost: from `batchSave` in the child to the store, next to the store alone; encoding; memory over a run of a million
// records; bundle and describe; a deployment of 1 113 functions: `pnpm bench:functions [part…] [--smoke] [--write-docs]`.
import { runParts } from '../run-parts.ts'

await runParts({
  name: 'functions',
  versions: [],
  parts: {
    encode: () => import('./encode.ts'),
    saves: () => import('./saves.ts'),
    validate: () => import('./validate.ts'),
    memory: () => import('./memory.ts'),
    bundle: () => import('./bundle.ts'),
    deploy: () => import('./deploy.ts'),
  },
})
