package workspace

import (
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"longhand/storage"
	"longhand/sync/relay"
	"longhand/sync/replica"
)

// The same answer of the system means one thing of a relay, where what was
// written is safe here, and another of the data itself.
func TestWhereThereIsNoRoomIsSaid(t *testing.T) {
	at := func(kind, err error) error {
		return fmt.Errorf("sync: %w", &relay.Error{Relay: "/mnt/saltmarsh", Op: "put", Kind: kind, Err: err})
	}
	for _, c := range []struct {
		name string
		err  error
		code string
		says string
	}{
		{"a full relay", at(relay.ErrFull, syscall.ENOSPC), "relay-full", "/mnt/saltmarsh"},
		{"a relay that can only be read", at(relay.ErrNotAllowed, syscall.EROFS), "relay-not-allowed", "/mnt/saltmarsh"},
		{"a relay of somebody else", at(relay.ErrNotAllowed, fs.ErrPermission), "relay-not-allowed", "/mnt/saltmarsh"},
		{"a relay that is gone", at(relay.ErrUnreachable, fs.ErrNotExist), "relay-unreachable", "/mnt/saltmarsh"},
		{"a decision that a full disk did not take", fmt.Errorf("remove: %w: %w", replica.ErrUnkept, syscall.ENOSPC), "unkept", "decided"},
		{"a full disk", fmt.Errorf("append: %w", syscall.ENOSPC), "disk-full", "the disk"},
		{"a disk that can only be read", fmt.Errorf("append: %w", syscall.EROFS), "read-only", "The disk"},
		{"data that is open already", fmt.Errorf("open: %w", storage.ErrInUse), "in-use", "another window"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Explain(c.err)
			if p.Code != c.code || !strings.Contains(p.Message, c.says) || p.Safe == "" || p.Hint == "" {
				t.Errorf("%+v", *p)
			}
		})
	}
}
