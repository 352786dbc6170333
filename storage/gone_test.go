package storage

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestClosingEndsWhenTheFolderIsGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	s, err := Open(dir, Key{1})
	if err != nil {
		t.Fatal(err)
	}
	for i := range byte(50) {
		if err := s.Update(func(tx *Tx) error { return tx.Put('x', []byte{i}, make([]byte, 4096)) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	s.o.closing = time.Second
	ended := make(chan error, 1)
	go func() { ended <- s.Close() }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("all is said to be well")
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it never ends")
	}
}
