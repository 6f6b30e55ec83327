// What js-libp2p needs and node 20 does not have yet: node --import ./polyfill.mjs peer.mjs …
import { WebSocket } from 'ws'

Promise.withResolvers ??= function () {
  let resolve, reject
  const promise = new this((a, b) => { resolve = a; reject = b })
  return { promise, resolve, reject }
}
Promise.try ??= (fn, ...args) => new Promise(resolve => resolve(fn(...args)))
Array.fromAsync ??= async (items, map) => {
  const all = []
  for await (const item of items) all.push(map ? await map(item, all.length) : item)
  return all
}
globalThis.WebSocket ??= WebSocket
