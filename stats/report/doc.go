// Package report renders a stats.Result, a file per format, and reads back the
// one that is lossless: JSON. It writes where it is told, asks neither terminal
// nor environment, and puts the same units on the same quantities everywhere.
package report
