package command

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// certificate is read from its files again when they change, so that renewing it needs no restart.
type certificate struct {
	cert, key string

	mu     sync.Mutex
	loaded *tls.Certificate
	at     time.Time
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	info, err := os.Stat(c.cert)
	if err == nil && c.loaded != nil && info.ModTime().Equal(c.at) {
		return c.loaded, nil
	}
	var pair tls.Certificate
	if err == nil {
		pair, err = tls.LoadX509KeyPair(c.cert, c.key)
	}
	switch {
	case err == nil:
		c.loaded, c.at = &pair, info.ModTime()
	case c.loaded == nil:
		return nil, fmt.Errorf("read the certificate: %w", err)
	}
	return c.loaded, nil // one that is being replaced at this moment is read at the next
}
