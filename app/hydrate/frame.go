package hydrate

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/fxamacker/cbor/v2"
)

// What parent and child say to each other: frames of CBOR, each after its
// length in four bytes, big-endian. It is no format that lasts: both ends are
// the same program, and version only catches one that was updated meanwhile.
const (
	version  = 1
	maxFrame = 256 << 20
	maxView  = 64 << 20
)

// hello is the first frame to the child, and its answer.
type hello struct {
	Version int   `cbor:"1,keyasint"`
	Memory  int64 `cbor:"2,keyasint"` // bytes it may take beyond what it begins with
	Seconds int64 `cbor:"3,keyasint"` // after which it ends itself, whatever became of its parent
}

type form struct {
	Births []string `cbor:"1,keyasint,omitempty"`
	Raw    []byte   `cbor:"2,keyasint"`
}

type request struct {
	Version int               `cbor:"1,keyasint"`
	Mode    mode              `cbor:"2,keyasint"`
	Doc     []byte            `cbor:"3,keyasint"`
	Changes []form            `cbor:"4,keyasint"`
	Owners  map[string]string `cbor:"5,keyasint"`
	Begun   string            `cbor:"6,keyasint,omitempty"`
	// While stepping, the first From changes are one step, and each further step
	// is of Stride.
	From   int `cbor:"7,keyasint,omitempty"`
	Stride int `cbor:"8,keyasint,omitempty"`
}

// answer is a step that is about to be taken, or the end.
type answer struct {
	End   bool   `cbor:"1,keyasint"`
	Step  int    `cbor:"2,keyasint,omitempty"`
	View  []byte `cbor:"3,keyasint,omitempty"` // JSON
	Waits string `cbor:"4,keyasint,omitempty"`
	// Refused: the library or a rule does not take a change.
	Refused bool `cbor:"5,keyasint,omitempty"`
	// Resident is how much memory the child holds, in bytes; 0 where that
	// cannot be asked.
	Resident int64 `cbor:"6,keyasint,omitempty"`
}

const (
	waitsFirst = "first"
	waitsKind  = "kind"
)

func decoding() (cbor.DecMode, error) {
	return cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		MaxArrayElements: 1 << 20, MaxMapPairs: 1 << 20, MaxNestedLevels: 8,
	}.DecMode()
}

func writeFrame(w io.Writer, v any) error {
	body, err := cbor.Marshal(v)
	if err != nil {
		return err
	}
	if len(body) > maxFrame {
		return fmt.Errorf("a frame of %d bytes, at most %d", len(body), maxFrame)
	}
	_, err = w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...))
	return err
}

func readFrame(r io.Reader, most uint32, v any) error {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > most {
		return fmt.Errorf("a frame of %d bytes, at most %d", n, most)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return fmt.Errorf("a frame is cut short: %w", err)
	}
	mode, err := decoding()
	if err != nil {
		return err
	}
	return mode.Unmarshal(body, v)
}
