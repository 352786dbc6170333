package workspace

import (
	"encoding/binary"
	"errors"

	"longhand/app/artefact"
	"longhand/storage"
)

// The numbers of the own journal entries that changed a document, so that “delivered” can be asked of it: a device that has the last of them may lack one
// on which it builds. They are kept as runs, each its first and last number.

const (
	runSize  = 16
	mostRuns = 256
)

func (w *Workspace) entriesKey(doc artefact.DocID) []byte {
	return append(w.under("entries/"), doc[:]...)
}

func (w *Workspace) putEntry(tx *storage.Tx, doc artefact.DocID, number uint64) error {
	key := w.entriesKey(doc)
	runs, err := tx.Get(inState, key)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return tx.Put(inState, key, addRun(runs, number))
}

// addRun adds a number to runs. Where there are too many of them the oldest two become one, with what lies between: a receipt then asks for more than it
// must, and never for less.
func addRun(runs []byte, number uint64) []byte {
	at := func(i int) uint64 { return binary.BigEndian.Uint64(runs[i:]) }
	for i := 0; i+runSize <= len(runs); i += runSize {
		if at(i) <= number && number <= at(i+8) {
			return runs // played back once more
		}
	}
	runs = append([]byte(nil), runs...)
	if n := len(runs); n >= runSize && at(n-8)+1 == number {
		binary.BigEndian.PutUint64(runs[n-8:], number)
		return runs
	}
	runs = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(runs, number), number)
	if len(runs) > mostRuns*runSize {
		first := min(at(0), at(runSize))
		binary.BigEndian.PutUint64(runs[runSize:], first)
		binary.BigEndian.PutUint64(runs[runSize+8:], max(at(8), at(runSize+8)))
		runs = runs[runSize:]
	}
	return runs
}

// deliveredTo counts the devices that hold all that this one wrote of a document, itself included; nil when it wrote nothing of it.
func (w *Workspace) deliveredTo(doc artefact.DocID) *Delivered {
	var numbers []uint64
	err := w.store.View(func(tx *storage.Tx) error {
		runs, err := tx.Get(inState, w.entriesKey(doc))
		for ; len(runs) >= runSize; runs = runs[runSize:] {
			for n := binary.BigEndian.Uint64(runs); n <= binary.BigEndian.Uint64(runs[8:]); n++ {
				numbers = append(numbers, n)
			}
		}
		return err
	})
	if err != nil || len(numbers) == 0 {
		return nil
	}
	have, of := w.replica.Delivered(numbers...)
	return &Delivered{have + 1, of + 1}
}
