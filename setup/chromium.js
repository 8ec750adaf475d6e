// node setup/chromium.js: installs Debian's Chromium where there is neither it nor a Chrome. Only `npm test` needs it.
import { existsSync } from 'node:fs'
import { aptInstall, isInstalled } from './servers.js'
import { SetupError, step } from './step.js'

const chrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

async function ensureChromium() {
  const { CHROMIUM } = process.env
  if (CHROMIUM || existsSync(chrome)) return
  if (['chromium', 'chromium-browser', 'google-chrome'].some(isInstalled)) return
  if (process.platform === 'linux' && isInstalled('apt-get'))
    return step('chromium by apt-get', () => aptInstall(['chromium']))
  throw new SetupError('no Chromium: install it or Chrome, or set CHROMIUM to one, then repeat')
}

try {
  await ensureChromium()
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
