// Makes a libp2p node out of options. A later protocol is one entry in `services`, a later transport one in `transports`.
import fs from 'node:fs'
import { createLibp2p } from 'libp2p'
import { generateKeyPair, privateKeyFromProtobuf } from '@libp2p/crypto/keys'

const transports = {
  tcp: async () => (await import('@libp2p/tcp')).tcp(),
  ws: async (o) => (await import('@libp2p/websockets')).webSockets(o.wsKey ? { https: { key: fs.readFileSync(o.wsKey), cert: fs.readFileSync(o.wsCert) } } : {})
}

const security = {
  noise: async () => (await import('@chainsafe/libp2p-noise')).noise(),
  tls: async () => (await import('@libp2p/tls')).tls()
}

const muxers = {
  yamux: async () => (await import('@chainsafe/libp2p-yamux')).yamux()
}

const services = {
  identify: async () => {
    const { identify, identifyPush } = await import('@libp2p/identify')
    return { identify: identify(), identifyPush: identifyPush() }
  },
  ping: async () => ({ ping: (await import('@libp2p/ping')).ping({ maxInboundStreams: 64, maxOutboundStreams: 64 }) }),
  echo: async () => ({ echo: (await import('@libp2p/echo')).echo({ maxInboundStreams: 4096, maxOutboundStreams: 4096 }) })
}

const makeAll = (table, names, options) => Promise.all(names.map(name => {
  if (!Object.hasOwn(table, name)) throw new Error(`there is no '${name}' among ${Object.keys(table)}`)
  return table[name](options)
}))

async function loadKey ({ keyFile, keyType, keyBits }) {
  return keyFile ? privateKeyFromProtobuf(fs.readFileSync(keyFile)) : await generateKeyPair(keyType, keyType === 'RSA' ? Number(keyBits) : undefined)
}

/** The options of a libp2p node. */
export async function makeConfig (o) {
  const config = {
    privateKey: await loadKey(o),
    nodeInfo: { userAgent: 'ipfskit-test-peer/1.0.0' },
    addresses: { listen: o.listen },
    transports: await makeAll(transports, o.transports, o),
    connectionEncrypters: await makeAll(security, o.security, o),
    streamMuxers: await makeAll(muxers, o.muxers, o),
    connectionGater: { denyDialMultiaddr: async () => false },
    connectionMonitor: { enabled: false },
    // Tests decide how many connections there are.
    connectionManager: { maxConnections: 20000, inboundConnectionThreshold: 10000, maxIncomingPendingConnections: 1000, reconnectRetries: 0 },
    services: Object.assign({}, ...await makeAll(services, o.services, o))
  }
  if (o.psk) {
    const { preSharedKey } = await import('@libp2p/pnet')
    config.connectionProtector = preSharedKey({ psk: fs.readFileSync(o.psk) })
  }
  return config
}

export const makeNode = async (o) => await createLibp2p(await makeConfig(o))
