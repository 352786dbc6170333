package artefact

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/fxamacker/cbor/v2"

	"longhand/app/artefact/automerge"
)

// A Change is what one device wrote into one document at one time, as the
// journal carries it. See FORMAT.md.
type Change struct {
	Doc DocID
	// Births are the paths of the texts whose genesis this change is the
	// first to build on, as far as its writer knew. The bytes of a genesis
	// are computed, never carried.
	Births []string
	Raw    []byte
}

// ErrMalformed is wrapped by every refusal of a foreign change.
var ErrMalformed = automerge.ErrMalformed

const (
	maxBirths = 4096
	maxPath   = 256
)

type changeForm struct {
	Version int      `cbor:"1,keyasint"`
	Doc     []byte   `cbor:"2,keyasint"`
	Births  []string `cbor:"3,keyasint,omitempty"`
	Raw     []byte   `cbor:"4,keyasint"`
}

// ErrVersion says that a change was written by a later Longhand.
var ErrVersion = errors.New("written by a later version of Longhand")

// MarshalBinary writes the body of a journal entry.
func (c Change) MarshalBinary() ([]byte, error) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, err
	}
	return mode.Marshal(changeForm{1, c.Doc[:], c.Births, c.Raw})
}

// ParseChange reads the body of a journal entry from anyone, checks every
// limit and returns the change with what its bytes say of themselves.
func ParseChange(body []byte) (Change, automerge.Change, error) {
	mode, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden,
		TagsMd: cbor.TagsForbidden, MaxArrayElements: maxBirths, MaxMapPairs: 16, MaxNestedLevels: 4,
	}.DecMode()
	if err != nil {
		return Change{}, automerge.Change{}, err
	}
	var f changeForm
	if err := mode.Unmarshal(body, &f); err != nil {
		return Change{}, automerge.Change{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if f.Version > 1 {
		return Change{}, automerge.Change{}, fmt.Errorf("change of format %d: %w", f.Version, ErrVersion)
	}
	if f.Version != 1 || len(f.Doc) != len(DocID{}) {
		return Change{}, automerge.Change{}, fmt.Errorf("%w: its document is not named", ErrMalformed)
	}
	for _, p := range f.Births {
		if p == "" || len(p) > maxPath || !utf8.ValidString(p) {
			return Change{}, automerge.Change{}, fmt.Errorf("%w: a path of %d bytes", ErrMalformed, len(p))
		}
	}
	meta, err := automerge.ParseChange(f.Raw)
	if err != nil {
		return Change{}, automerge.Change{}, err
	}
	if len(meta.Actor) != len(automerge.Actor{}) {
		return Change{}, automerge.Change{}, fmt.Errorf("%w: its writer is not a device", ErrMalformed)
	}
	return Change{DocID(f.Doc), f.Births, f.Raw}, meta, nil
}

// WriterOf is the device that an actor belongs to, "" for a genesis.
func WriterOf(actor string) Device {
	if len(actor) != len(automerge.Actor{}) {
		return ""
	}
	return Device(fmt.Sprintf("%x", actor[:16]))
}
