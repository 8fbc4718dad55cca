// One JSON object a line, read as the lines arrive and however the network cuts them.

/** Calls `each` for every line; ends with the stream. Fails where a line is no JSON. */
export async function readLines(stream: ReadableStream<Uint8Array>, each: (one: unknown) => void): Promise<void> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  const say = (line: string) => {
    if (line.trim()) each(JSON.parse(line))
  }
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    const lines = (rest + (done ? decoder.decode() : decoder.decode(value, { stream: true }))).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(say)
    if (done) break
  }
  say(rest)
}
