package workspace

import (
	"encoding/binary"
	"testing"
)

func TestRunsHoldEveryNumberThatWasAdded(t *testing.T) {
	var runs []byte
	added := []uint64{}
	for n := uint64(1); len(added) < 3*mostRuns; n += 1 + n%3 {
		added = append(added, n)
		runs = addRun(addRun(runs, n), n)
	}
	if len(runs) > mostRuns*runSize {
		t.Errorf("%d runs", len(runs)/runSize)
	}
	in := func(n uint64) bool {
		for r := runs; len(r) > 0; r = r[runSize:] {
			if binary.BigEndian.Uint64(r) <= n && n <= binary.BigEndian.Uint64(r[8:]) {
				return true
			}
		}
		return false
	}
	for _, n := range added {
		if !in(n) {
			t.Fatalf("%d is missing", n)
		}
	}
	if last := added[len(added)-1]; in(last + 1) {
		t.Errorf("%d was never added", last+1)
	}
}
