// What a peer does with streams of libp2p 3: send() says whether there is room, onDrain() waits for it, chunks are read by iteration.
import { createHash } from 'node:crypto'

const CHUNK = 64 * 1024

/** Bytes that both sides of a test can make: byte i is (i * 31 + seed) mod 251. */
export function pattern (length, seed) {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + seed) % 251
  return bytes
}

/** Sends a pattern of 1 MiB over and over. */
export async function sendPattern (stream, total, seed) {
  const block = pattern(1 << 20, seed)
  for (let sent = 0; sent < total;) {
    const from = sent % block.length
    const part = block.subarray(from, Math.min(block.length, from + CHUNK, from + total - sent))
    if (!stream.send(part)) await stream.onDrain()
    sent += part.length
  }
}

/** Reads to the end: how many bytes and their hash. */
export async function drain (stream) {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of stream) {
    for (const part of chunk.subarray ? [chunk.subarray()] : [chunk]) {
      hash.update(part)
      bytes += part.length
    }
  }
  return { bytes, sha256: hash.digest('hex').toUpperCase() }
}

export async function readAll (stream) {
  const parts = []
  for await (const chunk of stream) parts.push(Buffer.from(chunk.subarray()))
  return Buffer.concat(parts)
}

/** Custom protocols by which tests try streams. */
export const handlers = {
  /** Sends back what comes, as it comes, and ends when the other side ends. */
  '/test/echo/1.0.0': async (stream) => {
    for await (const chunk of stream) {
      if (!stream.send(chunk)) await stream.onDrain()
    }
    await stream.close()
  },
  /** Reads to the end, then answers with the hash: only half close makes that work. */
  '/test/hash/1.0.0': async (stream) => {
    const { sha256 } = await drain(stream)
    stream.send(new TextEncoder().encode(sha256))
    await stream.close()
  },
  /** Reads one chunk, then resets. */
  '/test/reset/1.0.0': async (stream) => {
    for await (const _ of stream) break
    stream.abort(new Error('the test wants a reset'))
  },
  /** Never reads. */
  '/test/stall/1.0.0': async () => {}
}

/** /perf/1.0.0: the dialer sends how many bytes it wants (u64, big-endian), then uploads and ends; the listener reads to the end and sends that many. */
export const PERF = '/perf/1.0.0'
export async function servePerf (stream) {
  let head = Buffer.alloc(0)
  for await (const chunk of stream) {
    if (head.length < 8) head = Buffer.concat([head, Buffer.from(chunk.subarray())])
  }
  await sendPattern(stream, Number(head.readBigUInt64BE(0)), 0)
  await stream.close()
}

export async function runPerf (stream, upload, download) {
  const started = performance.now()
  const head = Buffer.alloc(8)
  head.writeBigUInt64BE(BigInt(download))
  stream.send(head)
  const reading = drain(stream)
  await sendPattern(stream, upload, 0)
  await stream.close()
  const { bytes } = await reading
  return { seconds: (performance.now() - started) / 1000, downloaded: bytes }
}
