import type { Mutant } from '../mutant.ts'

const file = 'libs/catalog/src/keyring.ts'
const tests = ['libs/catalog/src/keyring.test.ts']

export const catalog: Mutant[] = [
  {
    name: 'secret-opens-elsewhere',
    attacks: 'keyring: a secret opens at its own place only (AAD)',
    edits: [
      { file, search: '.setAAD(Buffer.from(place))\n', replace: '\n' },
      { file, search: 'decipher.setAAD(Buffer.from(place)).setAuthTag(', replace: 'decipher.setAuthTag(' },
    ],
    tests,
    only: 'what was sealed opens at the same place, and only there',
  },
  {
    name: 'changed-secret-opens',
    attacks: 'keyring: a changed secret does not open (tag)',
    edits: [{ file, search: " + decipher.final('utf8')", replace: '' }],
    tests,
    only: 'a secret of which any byte was changed',
  },
  {
    name: 'nonce-repeats',
    attacks: 'keyring: no nonce twice',
    edits: [{ file, search: 'randomBytes(IV_BYTES)', replace: 'Buffer.alloc(IV_BYTES)' }],
    tests,
    only: 'the same text never seals to the same twice',
  },
  {
    name: 'keyring-not-compared',
    attacks: 'keyring: who has another one than the gateway does not start',
    edits: [
      {
        file: 'libs/catalog/src/check-keyring.ts',
        search: 'if (present) verifyKeyring(keyring, present)',
        replace: '',
      },
    ],
    tests: ['libs/catalog/test/check-keyring.test.ts'],
    only: 'whoever has another one does not start',
  },
]
