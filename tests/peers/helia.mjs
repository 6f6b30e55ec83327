#!/usr/bin/env node
// A Helia node with blocks in memory, which speaks bitswap and nothing else to find content; driven like peer.mjs, with the commands of content.mjs as well.
//   node helia.mjs --listen /ip4/127.0.0.1/tcp/0 --bitswap '{"sendWantlistDebounce":0}'
import { withBitswap } from '@helia/bitswap'
import { withLibp2pLight } from '@helia/libp2p'
import { MemoryBlockstore } from 'blockstore-core'
import { createHeliaLight } from 'helia'
import { makeCommands } from './commands.mjs'
import { makeContentCommands } from './content.mjs'
import { out, serve } from './lines.mjs'
import { makeConfig } from './node.mjs'
import { end, options, readOptions, showEvents } from './options.mjs'

const { values, node: nodeOptions } = readOptions({ ...options, bitswap: { type: 'string', default: '{}' } })
const blocks = new MemoryBlockstore()
const helia = withBitswap(
  withLibp2pLight(createHeliaLight({ blockstore: blocks }), await makeConfig({ ...nodeOptions, services: [...new Set(['identify', ...nodeOptions.services])] })),
  JSON.parse(values.bitswap))
await helia.start()

const node = helia.libp2p
showEvents(node)
const stop = end(() => helia.stop())
out({ event: 'ready', node: process.version, peerId: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) })
serve({ ...makeCommands(node, stop), ...makeContentCommands(helia, blocks) }, stop)
