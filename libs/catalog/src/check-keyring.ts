import type { Catalog } from './catalog.ts'
import type { KeyringCheck } from './entities.ts'
import type { Keyring } from './keyring.ts'

const ID = 'check'
const PLACE = 'keyring:check'
const TEXT = 'syncline'

/**
 * Fails if the keyring of this process is not that of the others: it would open none of their secrets. With `write` (for the
 * gateway, which seals) a catalog that has no check value yet gets one, and one sealed with an older key is sealed again, so that the
 * older key may go.
 */
export async function checkKeyring(
  catalog: Catalog,
  keyring: Keyring,
  { write = false } = {},
): Promise<void> {
  const present = await catalog.keyringChecks.find(ID)
  if (present) verifyKeyring(keyring, present)
  if (!write || (present && keyring.isCurrent(present.sealed))) return
  // Two gateways may start at the same time: the one that comes second checks what the first one has written.
  await catalog.keyringChecks.upsert((found) => {
    if (found) verifyKeyring(keyring, found)
    return found && keyring.isCurrent(found.sealed) ? found : { sealed: keyring.seal(TEXT, PLACE) }
  }, ID)
}

/** Fails if the value was sealed with none of the keys. */
export function verifyKeyring(keyring: Keyring, { sealed }: KeyringCheck): void {
  try {
    keyring.open(sealed, PLACE)
  } catch (cause) {
    throw new Error(
      `SYNCLINE_KEYRING is not the keyring of this system: it has no key that opens what the gateway has sealed. Give this process the same SYNCLINE_KEYRING as the gateway has, all of its keys. If you change keys, add the new one behind the old one everywhere first, and put it in front then`,
      { cause },
    )
  }
}
