// A page that uses nothing but the public socket.io-client: node plain_client.mjs <address> <where its module lies>
import { createRequire } from 'node:module'

const [address, place] = process.argv.slice(2)
const { io } = createRequire(place)('socket.io-client')
const id = '00000000-0000-4000-8000-000000000001'
const heard = []

function connect(token) {
  const socket = io(`${address}/chat`, { auth: { token, language: 'zh-Hans' }, forceNew: true })
  socket.onAny((event, data) => heard.push([event, data]))
  return new Promise((done, failed) => {
    socket.on('welcome', (welcome) => done({ socket, welcome }))
    socket.on('connect_error', failed)
  })
}

function next(socket, event) {
  return new Promise((done) => socket.once(event, done))
}

const first = await connect()
const answered = next(first.socket, 'message')
const taken = await first.socket.timeout(5000).emitWithAck('message', { id, text: '你好', name: 'Ann' })
const again = await first.socket.timeout(5000).emitWithAck('message', { id, text: '你好', name: 'Ann' })
const refused = await first.socket.timeout(5000).emitWithAck('message', { id: 'one', text: '' })
const { message } = await answered
const read = await first.socket.timeout(5000).emitWithAck('read', { number: message.number, mark: 'read' })
first.socket.disconnect()
const second = await connect(first.welcome.token)
const resumed = await second.socket.timeout(5000).emitWithAck('resume', { after: 1 })
const ended = await second.socket.timeout(5000).emitWithAck('end', {})
second.socket.disconnect()
console.log(JSON.stringify({ first: first.welcome, taken, again, refused, message, read, second: second.welcome, resumed, ended }))
