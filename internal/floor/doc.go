// Package floor exchanges the bytes of WebSocket messages with a server over raw
// non-blocking sockets and does nothing else: one fixed mask, nothing decoded,
// compared, timed or recorded. What it costs is the floor under every client on
// the machine, so what a client costs is told as a ratio to it.
package floor
