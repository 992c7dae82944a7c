package stats

import (
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// memoryCounters is PROCESS_MEMORY_COUNTERS of psapi.h.
type memoryCounters struct {
	size                       uint32
	pageFaults                 uint32
	peakWorkingSet, workingSet uintptr
	quotaPeakPaged, quotaPaged uintptr
	quotaPeakNonPaged          uintptr
	quotaNonPaged              uintptr
	pagefile, peakPagefile     uintptr
}

func processUsage() (user, system time.Duration, maxRSS int64) {
	self := windows.CurrentProcess()
	var created, exited, kernel, inUser windows.Filetime
	if err := windows.GetProcessTimes(self, &created, &exited, &kernel, &inUser); err == nil {
		user, system = ticks(inUser), ticks(kernel)
	}
	info := windows.NewLazySystemDLL("kernel32.dll").NewProc("K32GetProcessMemoryInfo")
	var m memoryCounters
	m.size = uint32(unsafe.Sizeof(m))
	if info.Find() == nil {
		if ok, _, _ := info.Call(uintptr(self), uintptr(unsafe.Pointer(&m)), uintptr(m.size)); ok != 0 {
			maxRSS = int64(m.peakWorkingSet)
		}
	}
	return user, system, maxRSS
}

// ticks returns a CPU time, which Windows counts in units of 100 ns.
func ticks(t windows.Filetime) time.Duration {
	return time.Duration(uint64(t.HighDateTime)<<32|uint64(t.LowDateTime)) * 100
}
