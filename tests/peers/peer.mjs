#!/usr/bin/env node
// A js-libp2p node that tests drive by lines of JSON (lines.mjs). It prints {"event":"ready",…} first and ends with its stdin.
//   node peer.mjs --listen /ip4/127.0.0.1/tcp/0 --security noise,tls --services identify,ping
import { makeCommands } from './commands.mjs'
import { out, serve } from './lines.mjs'
import { makeNode } from './node.mjs'
import { end, options, readOptions, showEvents } from './options.mjs'
import { handlers, PERF, servePerf } from './streams.mjs'

const node = await makeNode(readOptions(options).node)

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
showEvents(node)

const stop = end(() => node.stop())
out({ event: 'ready', node: process.version, peerId: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) })
serve(makeCommands(node, stop), stop)
