package wsclient

import "syscall"

// ipBindAddressNoPort is the kernel's IP_BIND_ADDRESS_NO_PORT (Linux 4.2), which
// package syscall lacks. It is of level SOL_IP for IPv6 as well.
const ipBindAddressNoPort = 24

// bindWithoutPort, as net.Dialer.Control, has bind leave the port to connect. A
// port that bind chose would be taken for every destination; the one that connect
// chooses is taken for its own only.
func bindWithoutPort(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		// An older kernel binds port by port, which is right as well, and sooner
		// out of ports.
		syscall.SetsockoptInt(int(fd), syscall.SOL_IP, ipBindAddressNoPort, 1)
	})
}
