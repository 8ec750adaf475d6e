import { expect, test } from 'vitest'
import { withNamespace } from './shake-zod.ts'

test.each([
  [`import { z } from 'zod'`, `import * as z from 'zod'`],
  [`import {z} from "zod";`, `import * as z from "zod";`],
  [`import z from 'zod'`, `import * as z from 'zod'`],
  [`import { z, ZodError } from 'zod';`, `import * as z from 'zod';import { ZodError } from 'zod';`],
  [
    `import { type ZodType, z } from 'zod/v4'`,
    `import * as z from 'zod/v4';import { type ZodType } from 'zod/v4'`,
  ],
])('%s becomes an import of the namespace', (text, expected) => {
  expect(withNamespace(`// first\n${text}\nlater`)).toBe(`// first\n${expected}\nlater`)
})

test.each([
  `import * as z from 'zod'`,
  `import type { z } from 'zod'`,
  `import { ZodError } from 'zod'`,
  `import { z as zod } from 'zod'`,
  `import { z } from 'zod-extra'`,
  `const text = "import { z } from 'zod'"`,
])('%s stays as it is', (text) => {
  expect(withNamespace(text)).toBe(text)
})
