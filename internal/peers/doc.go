// Package peers runs wsstorm against WebSocket servers that nobody here wrote:
// the npm package ws and bun, websockets and aiohttp for Python,
// gorilla/websocket, coder/websocket and gws for Go, and nginx, terminating TLS
// in front of one of them. Two ends by the same authors agree on each other's
// mistakes; these do not.
//
// Every load runs against each of them. Storms, churn, bad readers and a broadcast
// run against ws, nginx in front of it, and the built-in server to compare with;
// ws tells how it saw its connections end, which has to be what the result says.
//
// The suite is the package's test under the build tag integration
// (`make integration`). It installs the servers into the user's cache directory,
// each set in a folder named after the hash of its lock file, so that a second
// run installs nothing. A server is a child process that listens on a port of
// its own choice, prints "PORT VERSION" on one line, and ends when its standard
// input does, so that none outlives the suite, however that ends. nginx, which
// does none of this, gets a port and a shell around it.
//
// Outside the test, the package holds only what the three Go servers share.
package peers
