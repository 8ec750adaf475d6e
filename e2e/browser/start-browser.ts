import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

const places = [
  process.env.CHROMIUM,
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Debian's Chromium, or the Chrome of this machine. Nothing that it does by itself asks a host outside. */
export async function startBrowser() {
  const executablePath = places.find((place) => place && existsSync(place))
  if (!executablePath) throw new Error('there is no Chromium: install it, or set CHROMIUM to a Chrome')
  return chromium.launchServer({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  })
}
