package workspace

import (
	"bytes"
	"errors"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// A backup is read only after its passphrase was given; what is in it may still
// be anything.
func FuzzBackup(f *testing.F) {
	sequence := func(items ...[]any) (out []byte) {
		for _, i := range items {
			b, err := cbor.Marshal(i)
			if err != nil {
				f.Fatal(err)
			}
			out = append(out, b...)
		}
		return out
	}
	f.Add(sequence([]any{itemBegin, backupBegin{Version: 1, Name: "Saltmarsh"}}, []any{itemEntry, backupEntry{Number: 1, Body: []byte("x")}}, []any{itemEnd, BackupSum{Entries: 1}}))
	f.Add(sequence([]any{itemBegin, backupBegin{Version: 9}}))
	f.Add(bytes.Repeat([]byte{0x9b}, 64))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := newItems(bytes.NewReader(b))
		var begin backupBegin
		if err := s.begin(&begin); err != nil {
			if !errors.Is(err, ErrBackup) && !errors.Is(err, ErrNewer) {
				t.Errorf("%v", err)
			}
			return
		}
		for range 1000 {
			i, err := s.next()
			if err != nil {
				if !errors.Is(err, ErrBackup) {
					t.Errorf("%v", err)
				}
				return
			}
			var blob backupBlob
			var entry backupEntry
			var sum BackupSum
			_, _, _ = cbor.Unmarshal(i.Of, &blob), cbor.Unmarshal(i.Of, &entry), cbor.Unmarshal(i.Of, &sum)
		}
	})
}
