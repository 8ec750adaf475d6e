import { run } from './budget.ts'

console.log(await run({ smoke: true, progress: () => {}, only: 'real' } as never))
