//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// ownGroup gives a process that will be started a process group, so that it is
// stopped with all its children.
func ownGroup(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
}

// endGroup asks a process group to end.
func endGroup(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }

// killGroup ends what is left of a process group. The number is not another
// group's: while one of its processes lives nobody else gets it, and where none
// does, there is hardly time to.
func killGroup(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
