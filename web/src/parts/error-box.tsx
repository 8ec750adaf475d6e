import { ApiError } from '../api/api-error.ts'
import styles from './error-box.module.css'

/** What went wrong, in the words of the API, with the id that the log of the gateway has too. */
export function ErrorBox({ error, what }: { error: Error; what?: string }) {
  const api = error instanceof ApiError ? error : undefined
  return (
    <div className={styles.box} role="alert">
      <strong>{what ?? 'This could not be done'}</strong>
      <p dir="auto">{error.message}</p>
      {api && api.fields.length > 0 && (
        <ul>
          {api.fields.map(({ path, message }) => (
            <li key={path + message} dir="auto">
              <code>{path}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {api && api.status !== 0 && (
        <p className={styles.code}>
          {api.code}
          {api.requestId && ` · request ${api.requestId}`}
        </p>
      )}
    </div>
  )
}
