import { once } from 'node:events'

// Plain JavaScript: Node would take as long again to make it of TypeScript.
const AsyncFunction = (async () => {}).constructor

process.on('message', async ({ body }) => {
  if (body === undefined) return
  const send = async (records) => {
    process.send({ records })
    await once(process, 'message')
  }
  process.send({ result: await new AsyncFunction('send', body)(send) })
})
process.send({ ready: true })
