// What the programs have in common: their options, their events and their end.
import { parseArgs } from 'node:util'
import { log, out } from './lines.mjs'

export const options = {
  listen: { type: 'string', multiple: true, default: [] },
  transports: { type: 'string', default: 'tcp' },
  security: { type: 'string', default: 'noise' },
  muxers: { type: 'string', default: 'yamux' },
  services: { type: 'string', default: '' },
  'key-type': { type: 'string', default: 'Ed25519' },
  'key-bits': { type: 'string', default: '2048' },
  'key-file': { type: 'string' },
  'ws-key': { type: 'string' },
  'ws-cert': { type: 'string' },
  psk: { type: 'string' }
}

const list = (text) => text.split(',').filter(Boolean)

/** The options of the command line: as they are, and those of node.mjs. */
export function readOptions (options) {
  const { values } = parseArgs({ options })
  return {
    values,
    node: {
      listen: values.listen,
      transports: list(values.transports),
      security: list(values.security),
      muxers: list(values.muxers),
      services: list(values.services),
      keyType: values['key-type'],
      keyBits: values['key-bits'],
      keyFile: values['key-file'],
      wsKey: values['ws-key'],
      wsCert: values['ws-cert'],
      psk: values.psk
    }
  }
}

/** Shows whom the node meets, and what nobody has caught. */
export function showEvents (node) {
  node.addEventListener('peer:connect', ({ detail }) => out({ event: 'peer:connect', peer: detail.toString() }))
  node.addEventListener('peer:disconnect', ({ detail }) => out({ event: 'peer:disconnect', peer: detail.toString() }))
  node.addEventListener('peer:identify', ({ detail: d }) => out({
    event: 'peer:identify',
    peer: d.peerId.toString(),
    agent: d.agentVersion,
    protocolVersion: d.protocolVersion,
    listenAddresses: d.listenAddrs.map(String),
    observedAddress: d.observedAddr?.toString(),
    protocols: d.protocols,
    signedPeerRecord: d.signedPeerRecord && { seq: d.signedPeerRecord.seq, addresses: d.signedPeerRecord.addresses.map(String) }
  }))
}

/** Ends the program once, in order if that does not take long: connections whose other side is gone must not hold up the end. */
export function end (stop) {
  let stopping
  return () => {
    // After the answer to whoever asked for it.
    stopping ??= setTimeout(() => Promise.race([stop(), new Promise(resolve => setTimeout(resolve, 3000))]).finally(() => process.exit(0)), 10)
  }
}

process.on('unhandledRejection', (error) => log(`unhandled rejection: ${error?.stack ?? error}`))
process.on('uncaughtException', (error) => log(`uncaught exception: ${error?.stack ?? error}`))
