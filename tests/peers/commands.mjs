// The commands of a peer. Each returns an object, or throws.
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { drain, PERF, readAll, runPerf, sendPattern } from './streams.mjs'

const target = (text) => text.startsWith('/') ? multiaddr(text) : peerIdFromString(text)
const signal = (args) => AbortSignal.timeout(args.timeoutMs ?? 30_000)
const describe = (c) => ({
  peer: c.remotePeer.toString(),
  address: c.remoteAddr.toString(),
  direction: c.direction,
  status: c.status,
  encryption: c.encryption,
  muxer: c.multiplexer,
  streams: c.streams.length
})

export function makeCommands (node, stop) {
  const open = (args) => node.dialProtocol(target(args.peer), args.protocol, { signal: signal(args), maxOutboundStreams: 4096 })
  return {
    info: () => ({ peerId: node.peerId.toString(), addresses: node.getMultiaddrs().map(String), protocols: node.getProtocols() }),
    dial: async (args) => ({ connection: describe(await node.dial(target(args.peer), { signal: signal(args) })) }),
    hangUp: async (args) => { await node.hangUp(target(args.peer)) },
    connections: () => ({ connections: node.getConnections().map(describe) }),
    peer: async (args) => {
      const peer = await node.peerStore.get(peerIdFromString(args.peer))
      return {
        addresses: peer.addresses.map(a => ({ address: a.multiaddr.toString(), certified: a.isCertified })),
        protocols: peer.protocols,
        agent: Buffer.from(peer.metadata.get('AgentVersion') ?? []).toString()
      }
    },
    ping: async (args) => ({ milliseconds: await node.services.ping.ping(target(args.peer), { signal: signal(args) }) }),
    /** Makes the peer speak one protocol more, and so push that by identify. */
    handle: async (args) => { await node.handle(args.protocol, async (stream) => { await stream.close() }) },
    unhandle: async (args) => { await node.unhandle(args.protocol) },
    /** Sends what is given, ends, and reads the answer to its end. */
    request: async (args) => {
      const stream = await open(args)
      stream.send(Buffer.from(args.data, 'base64'))
      await stream.close()
      return { protocol: stream.protocol, data: (await readAll(stream)).toString('base64') }
    },
    /** Sends a pattern to an echo and reads it back at the same time. */
    echo: async (args) => {
      const stream = await open(args)
      const reading = drain(stream)
      await sendPattern(stream, args.bytes, args.seed ?? 0)
      await stream.close()
      return await reading
    },
    /** The same over many streams at once. */
    echoes: async (args) => {
      const results = await Promise.all(Array.from({ length: args.count }, async (_, i) => {
        const stream = await open(args)
        const reading = drain(stream)
        await sendPattern(stream, args.bytes, i)
        await stream.close()
        return await reading
      }))
      return { results }
    },
    /** Opens a stream, sends a byte, and says how reading it ended. */
    outcome: async (args) => {
      const stream = await open(args)
      stream.send(new Uint8Array([1]))
      try {
        const { bytes } = await drain(stream)
        return { ended: 'end', bytes, status: stream.status }
      } catch (error) {
        return { ended: 'error', error: error.name, status: stream.status }
      }
    },
    /** Opens a stream, sends a byte and resets it. */
    reset: async (args) => {
      const stream = await open(args)
      stream.send(new Uint8Array([1]))
      stream.abort(new Error('the test wants a reset'))
    },
    perf: async (args) => await runPerf(await open({ ...args, protocol: PERF }), args.upload ?? 0, args.download ?? 0),
    stop
  }
}
