package echoserver

import (
	"bytes"
	"sync"
)

// topics are the connections by the path of their request, for Broadcast.
type topics struct {
	mu     sync.RWMutex
	byPath map[string][]*faultyConn
}

func newTopics() topics { return topics{byPath: make(map[string][]*faultyConn)} }

// pathOf returns the path of a request's target without its query.
func pathOf(uri []byte) string {
	path, _, _ := bytes.Cut(uri, []byte("?"))
	return string(path)
}

func (t *topics) join(c *faultyConn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	members := t.byPath[c.path]
	c.member = len(members) + 1
	t.byPath[c.path] = append(members, c)
}

// leave takes c out. When it returns, nobody is handing c a message any more.
func (t *topics) leave(c *faultyConn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.member == 0 {
		return
	}
	members := t.byPath[c.path]
	last := len(members) - 1
	members[last].member = c.member
	members[c.member-1] = members[last]
	members[last] = nil
	c.member = 0
	if last == 0 {
		delete(t.byPath, c.path)
		return
	}
	t.byPath[c.path] = members[:last]
}

// each calls f for every connection with c's path.
func (t *topics) each(c *faultyConn, f func(*faultyConn)) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, member := range t.byPath[c.path] {
		f(member)
	}
}
