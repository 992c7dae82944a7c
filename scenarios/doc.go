// Package scenarios reads scenario files, and holds the presets.
//
// A scenario file is flags as one would type them:
//
//	# Every length encoding, echoed and compared byte for byte.
//	--size 0,125,126,65535,65536
//	--connections 50 --duration 10s
//	--header 'Authorization: Bearer 123'
//	wss://host.example/chat
//
// A line holds one or more words. Blanks separate words; single quotes, double
// quotes and backslashes mean what they mean to a shell, and nothing else does:
// there are no variables and no wildcards. A word that begins with # begins a
// comment; the first comment of a file is its description.
//
// The package knows nothing of what the words mean. Every Line carries its file
// and number, so that whoever does can say where a wrong one stands.
//
// The presets are such files, embedded: Names, Source and Load.
package scenarios
