// The commands of a peer with content. Bytes are random; their SHA-256 says whether the other side got the same.
import { createHash, randomFillSync } from 'node:crypto'
import { unixfs } from '@helia/unixfs'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'
import { CID } from 'multiformats/cid'

const PART = 1 << 20
const signal = (args) => AbortSignal.timeout(args.timeoutMs ?? 120_000)
const importing = (args) => ({
  chunker: fixedSize({ chunkSize: args.chunk ?? 256 << 10 }),
  layout: balanced({ maxChildrenPerNode: 1024 }),
  rawLeaves: true,
  cidVersion: 1,
  reduceSingleLeafToSelf: true
})

async function * randomParts (bytes, hash) {
  for (let left = bytes; left > 0; left -= PART) {
    const part = randomFillSync(new Uint8Array(Math.min(left, PART)))
    hash.update(part)
    yield part
  }
}

export function makeContentCommands (helia, blocks) {
  const files = unixfs(helia)
  const get = async (cid, args) => {
    let bytes = 0
    for await (const part of helia.blockstore.get(cid, { signal: signal(args) })) bytes += part.byteLength
    return bytes
  }
  return {
    /** Adds a file of random bytes. */
    add: async (args) => {
      const hash = createHash('sha256')
      const cid = await files.addByteStream(randomParts(args.bytes, hash), importing(args))
      return { cid: cid.toString(), sha256: hash.digest('hex') }
    },
    /** Adds a directory of small files, and says their CIDs if asked to. */
    addDirectory: async (args) => {
      const names = Array.from({ length: args.count }, (_, i) => `file-${i}`)
      const source = function * () {
        for (const name of names) yield { path: `d/${name}`, content: randomFillSync(new Uint8Array(args.bytes)) }
      }
      const cids = []
      let root
      for await (const entry of files.addAll(source(), { ...importing(args), wrapWithDirectory: false })) {
        if (entry.path === 'd') root = entry.cid.toString()
        else if (args.list) cids.push(entry.cid.toString())
      }
      return { cid: root, cids }
    },
    /** Forgets all blocks. */
    clear: async () => {
      for await (const { cid } of blocks.getAll()) await blocks.delete(cid)
    },
    /** Reads a file, or a part of it, from whoever has it. */
    cat: async (args) => {
      const started = performance.now()
      const hash = args.hash === false ? undefined : createHash('sha256')
      let bytes = 0
      let first
      for await (const part of files.cat(CID.parse(args.cid), { path: args.path, offset: args.offset, length: args.length, signal: signal(args) })) {
        first ??= performance.now() - started
        bytes += part.byteLength
        hash?.update(part)
      }
      return { bytes, sha256: hash?.digest('hex'), firstMs: first, ms: performance.now() - started }
    },
    /** Reads blocks, some at a time. */
    getBlocks: async (args) => {
      const left = args.cids.map(cid => CID.parse(cid))
      const started = performance.now()
      let bytes = 0
      await Promise.all(Array.from({ length: args.concurrency ?? 32 }, async () => {
        for (let cid; (cid = left.pop()) != null;) {
          const got = await get(cid, args)
          bytes += got
        }
      }))
      return { bytes, ms: performance.now() - started }
    },
    /** The entries of a directory. */
    list: async (args) => {
      const entries = []
      for await (const entry of files.ls(CID.parse(args.cid), { signal: signal(args) })) entries.push({ name: entry.name, cid: entry.cid.toString() })
      return args.brief ? { count: entries.length } : { count: entries.length, entries }
    },
    /** Reads a whole directory: each file in turn. */
    readDirectory: async (args) => {
      const entries = []
      for await (const entry of files.ls(CID.parse(args.cid), { signal: signal(args) })) entries.push(entry.cid)
      const hashes = {}
      let bytes = 0
      const left = [...entries.keys()]
      await Promise.all(Array.from({ length: args.concurrency ?? 64 }, async () => {
        for (let i; (i = left.pop()) != null;) {
          const hash = createHash('sha256')
          for await (const part of files.cat(entries[i], { signal: signal(args) })) {
            bytes += part.byteLength
            hash.update(part)
          }
          hashes[i] = hash.digest('hex')
        }
      }))
      const all = createHash('sha256')
      for (let i = 0; i < entries.length; i++) all.update(hashes[i])
      return { count: entries.length, bytes, sha256: all.digest('hex') }
    },
    has: async (args) => ({ has: await helia.blockstore.has(CID.parse(args.cid)) })
  }
}
