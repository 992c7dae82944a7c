//go:build !race

package wsclient

const raceDetector = false
