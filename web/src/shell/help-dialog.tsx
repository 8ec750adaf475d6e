import { Kbd, Modal } from '@mantine/core'
import styles from './help-dialog.module.css'
import { screens } from './screens.ts'

const keys: [keys: string[], what: string][] = [
  [['/'], 'search'],
  [['?'], 'this list'],
  ...screens.map(({ key, title }): [string[], string] => [['g', key], `screen ${title}`]),
  [['j', 'k'], 'next row, row before'],
  [['Enter'], 'open the row'],
  [['x'], 'select the row'],
  [['X'], 'select the rows up to it'],
  [['t', 'p'], 'of a schedule: run now; pause or start'],
]

export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Keyboard" size="sm" closeButtonProps={{ 'aria-label': 'Close' }}>
      <dl className={styles.keys}>
        {keys.map(([names, what]) => (
          <div key={what}>
            <dt>
              {names.map((name) => (
                <Kbd key={name} size="xs">
                  {name}
                </Kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.more}>
        Words and states are explained in the <a href="/docs/">documentation</a>. What the screens show is
        also in the <a href="/docs/api">REST API</a>.
      </p>
    </Modal>
  )
}
