import { build } from 'vitepress'
import { writeGeneratedPages } from './generate/index.ts'

// pnpm docs:build: the site as files, in docs/.vitepress/dist.
await writeGeneratedPages()
await build(import.meta.dirname)
