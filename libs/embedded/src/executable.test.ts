import { expect, test } from 'vitest'
import { findExecutable } from './executable.ts'

test('a program of the PATH is found with its folder', async () => {
  expect(await findExecutable('sh')).toMatch(/^\/.*\/sh$/)
})

test('a program that is nowhere is undefined', async () => {
  expect(await findExecutable('no-such-program-anywhere')).toBeUndefined()
})
