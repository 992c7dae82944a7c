// An echo server on Bun.serve. Prints its port and version, and ends with its
// standard input.
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request, server) {
    if (!server.upgrade(request)) {
      return new Response('WebSocket only', { status: 400 });
    }
  },
  websocket: {
    perMessageDeflate: true,
    message(socket, message) {
      socket.send(message, true);
    },
  },
});
console.log(server.port, Bun.version);
process.stdin.on('end', () => process.exit(0)).resume();
