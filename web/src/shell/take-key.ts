import { ApiError } from '../api/api-error.ts'
import { logIn } from '../api/session.ts'

/** Set if the key in the address opened nothing; the login says so. */
export let keyError: string | undefined

/** `npm start` prints an address that ends in `#key=`: the part after `#` is never sent to a server. It is used once and removed. */
export async function takeKeyFromAddress(): Promise<void> {
  const key = new URLSearchParams(location.hash.slice(1)).get('key')
  if (key === null) return
  history.replaceState(null, '', location.pathname + location.search)
  await logIn({ key }).catch((error: unknown) => {
    keyError = error instanceof ApiError ? error.message : String(error)
  })
}
