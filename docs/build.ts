import { build } from 'vitepress'

await build(import.meta.dirname)
