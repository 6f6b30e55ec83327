// The protocol between a test and a peer: one JSON object a line.
//   in:  {"id":1,"cmd":"dial",…}     out: {"id":1,"ok":true,…} or {"id":1,"ok":false,"error":"…"}
//   out, at any time: {"event":"…",…}
import fs from 'node:fs'
import { createInterface } from 'node:readline'

// Synchronous, so that nothing is lost when the process ends, and lines of several streams do not mix.
function write (fd, text) {
  const bytes = Buffer.from(text + '\n')
  for (let at = 0; at < bytes.length;) {
    try {
      at += fs.writeSync(fd, bytes, at)
    } catch (error) {
      if (error.code === 'EPIPE') process.exit(0)
      if (error.code !== 'EAGAIN') throw error
    }
  }
}

export const out = (message) => write(1, JSON.stringify(message, (_, value) => typeof value === 'bigint' ? Number(value) : value))
export const log = (text) => write(2, text)

/** Runs the commands that come on stdin; `end` is called when it closes. */
export function serve (commands, end) {
  const lines = createInterface({ input: process.stdin })
  lines.on('line', async (line) => {
    const { id, cmd, ...args } = JSON.parse(line)
    try {
      if (!Object.hasOwn(commands, cmd)) throw new Error(`there is no command '${cmd}'`)
      out({ id, ok: true, ...await commands[cmd](args) })
    } catch (error) {
      out({ id, ok: false, error: error.message, name: error.name, causes: error.errors?.map(cause => cause.message) })
    }
  })
  lines.on('close', end)
}
