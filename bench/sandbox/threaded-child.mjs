import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'

// Plain JavaScript: Node would take as long again to make it of TypeScript.
const AsyncFunction = (async () => {}).constructor
const send = async (records) => {
  parentPort.postMessage({ records })
  await once(parentPort, 'message')
}
parentPort.postMessage({ result: await new AsyncFunction('send', workerData)(send) })
