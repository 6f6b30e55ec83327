#!/usr/bin/env node
// A js-libp2p node that tests drive by lines of JSON (lines.mjs). It prints {"event":"ready",…} first and ends with its stdin.
//   node peer.mjs --listen /ip4/127.0.0.1/tcp/0 --security noise,tls --services identify,ping
import { parseArgs } from 'node:util'
import { makeCommands } from './commands.mjs'
import { log, out, serve } from './lines.mjs'
import { makeNode } from './node.mjs'
import { handlers, PERF, servePerf } from './streams.mjs'

const { values } = parseArgs({
  options: {
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
})
const list = (text) => text.split(',').filter(Boolean)

process.on('unhandledRejection', (error) => log(`unhandled rejection: ${error?.stack ?? error}`))
process.on('uncaughtException', (error) => log(`uncaught exception: ${error?.stack ?? error}`))

const node = await makeNode({
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
})

const many = { maxInboundStreams: 4096, maxOutboundStreams: 4096 }
for (const [protocol, handler] of Object.entries(handlers)) {
  await node.handle(protocol, async (stream) => {
    try {
      await handler(stream)
    } catch (error) {
      out({ event: 'stream:error', protocol, error: error.name })
    }
  }, many)
}
await node.handle(PERF, servePerf, many)

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

let stopping
function stop () {
  // Connections whose other side is gone must not hold up the end.
  stopping ??= Promise.race([node.stop(), new Promise(resolve => setTimeout(resolve, 3000))]).finally(() => process.exit(0))
}

out({ event: 'ready', node: process.version, peerId: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) })
serve(makeCommands(node, () => { setTimeout(stop, 10) }), stop)
