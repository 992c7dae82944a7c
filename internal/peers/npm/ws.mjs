// A server on the npm package ws: it echoes, or, to those who ask for the path
// /broadcast, sends each message to all of them. Prints its port and version, and
// ends with its standard input. GET /seen says how its connections have ended so
// far: by close code, and how many of them by a reset.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';

const { version } = JSON.parse(readFileSync('node_modules/ws/package.json'));
const seen = { opened: 0, codes: {}, resets: 0 };
const http = createServer((request, response) => response.end(JSON.stringify(seen)));
const server = new WebSocketServer({ server: http, perMessageDeflate: true });
const room = new Set();
server.on('connection', (socket, request) => {
  seen.opened++;
  request.socket.on('error', (error) => { if (error.code === 'ECONNRESET') seen.resets++; });
  socket.on('error', () => {});
  socket.on('close', (code) => {
    seen.codes[code] = (seen.codes[code] ?? 0) + 1;
    room.delete(socket);
  });
  if (request.url === '/broadcast') {
    room.add(socket);
    socket.on('message', (data, binary) => {
      for (const member of room) if (member.readyState === WebSocket.OPEN) member.send(data, { binary });
    });
    return;
  }
  socket.on('message', (data, binary) => socket.send(data, { binary }));
});
http.listen(0, '127.0.0.1', () => console.log(http.address().port, version));
process.stdin.on('end', () => process.exit(0)).resume();
