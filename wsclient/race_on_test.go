//go:build race

package wsclient

const raceDetector = true
