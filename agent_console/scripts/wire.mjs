// Writes src/desk/wire.ts from hub/wire.py. With --check it only compares, and fails when the file is stale.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compile } from 'json-schema-to-typescript'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const target = at('../src/desk/wire.ts')
const own = at('../../.venv/bin/python')
const python = process.env.PYTHON ?? (existsSync(own) ? own : 'python3')

const schema = JSON.parse(execFileSync(python, [at('wire_schema.py')], { encoding: 'utf8', timeout: 60_000 }))
const text = await compile(schema, 'Wire', {
  additionalProperties: false,
  bannerComment: '// Generated from hub/wire.py by `npm run wire`. Do not edit.\n',
  ignoreMinAndMaxItems: true,
  unreachableDefinitions: true,
  style: { semi: false, singleQuote: true, printWidth: 110 },
})
const cleaned = text
  .replace(/\/\*\*\n \* This interface was referenced by `Wire`'s JSON-Schema\n \* via the `definition` "\w+"\.\n \*\/\n/g, '')
  .replace(/ \*\n \* This interface was referenced by `Wire`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g, '')
  .replace(/export interface Wire \{\}\n?/, "")

if (!process.argv.includes('--check')) writeFileSync(target, cleaned)
else if (!existsSync(target) || readFileSync(target, 'utf8') !== cleaned) {
  console.error('src/desk/wire.ts is stale: run `npm --prefix agent_console run wire` and commit the result.')
  process.exit(1)
}
