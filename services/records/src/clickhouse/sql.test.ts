import { expect, test } from 'vitest'
import { sql } from './sql.ts'

test('values become quoted literals', () => {
  expect(sql`a = ${"it's \\ 'x'"} AND b > ${3}`.text).toBe("a = 'it\\'s \\\\ \\'x\\'' AND b > 3")
})

test('arrays become lists, also of tuples', () => {
  expect(sql`(m, id) IN ${[[1, 'a'], [2, "b'"]]}`.text).toBe("(m, id) IN ((1,'a'),(2,'b\\''))")
})

test('pieces of SQL nest as they are', () => {
  expect(sql`WHERE ${sql`x = ${'y'}`}`.text).toBe("WHERE x = 'y'")
})
