//go:build !linux || wsstorm_portable

package loadgen

// newEpoll reports that the event loop is Linux's.
func newEpoll(*Plan) (driver, error) {
	return nil, refuse("Driver", "the epoll driver needs Linux; use portable")
}

const haveEpoll = false
