// An echo server on the npm package ws. Prints its port and version, and ends
// with its standard input.
import { readFileSync } from 'node:fs';
import { WebSocketServer } from 'ws';

const { version } = JSON.parse(readFileSync('node_modules/ws/package.json'));
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: true });
server.on('connection', (socket) => {
  socket.on('error', () => {});
  socket.on('message', (data, binary) => socket.send(data, { binary }));
});
server.on('listening', () => console.log(server.address().port, version));
process.stdin.on('end', () => process.exit(0)).resume();
