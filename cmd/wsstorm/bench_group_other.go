//go:build !unix

package main

import "os/exec"

// ownGroup does nothing: only the process itself can be stopped here.
func ownGroup(*exec.Cmd) {}

// endGroup kills the process: there is no gentler way that all programs know.
func endGroup(cmd *exec.Cmd) { cmd.Process.Kill() }

// killGroup has nothing left to do.
func killGroup(*exec.Cmd) {}
