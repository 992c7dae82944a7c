package calibrate

import (
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

func platformWaits() []func() (waiter, error) { return []func() (waiter, error){epollWait} }

// epollWait waits as the event loop does, but for the spin at the end. Where the
// kernel has no epoll_pwait2, or a sandbox forbids it, there is no such wait.
func epollWait() (waiter, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return waiter{}, fmt.Errorf("creating an epoll instance: %w", err)
	}
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // best effort, as in the engine
	var events [1]unix.EpollEvent
	wait := func(d time.Duration) error {
		ts := unix.NsecToTimespec(int64(d))
		_, _, errno := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(fd), uintptr(unsafe.Pointer(&events[0])), 1, uintptr(unsafe.Pointer(&ts)), 0, 0)
		if errno != 0 && errno != unix.EINTR {
			return fmt.Errorf("waiting in epoll_pwait2: %w", errno)
		}
		return nil
	}
	if wait(0) != nil {
		unix.Close(fd)
		return waiter{}, nil
	}
	return waiter{"epoll_pwait2", wait, func() { unix.Close(fd) }}, nil
}
