package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"longhand/sync/relay"
)

// End is how a page ends.
type End struct {
	More bool
	Role Role
	Next string // the cursor
}

// ErrPage: the bytes are no page, or were cut off before its end.
var ErrPage = errors.New("the page is damaged or cut off")

// WriteFrame writes one blob of a page.
func WriteFrame(w io.Writer, key string, b []byte) error {
	if key == "" || len(key) > 255 || len(b) > relay.MaxBlob {
		return fmt.Errorf("frame of %d bytes under %.40q: %w", len(b), key, ErrPage)
	}
	head := append([]byte{byte(len(key))}, key...)
	if _, err := w.Write(binary.BigEndian.AppendUint32(head, uint32(len(b)))); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

// WriteEnd writes the end of a page.
func WriteEnd(w io.Writer, e End) error {
	if len(e.Next) > 255 {
		return fmt.Errorf("cursor of %d bytes: %w", len(e.Next), ErrPage)
	}
	more := byte(0)
	if e.More {
		more = 1
	}
	_, err := w.Write(append([]byte{0, more, byte(e.Role), byte(len(e.Next))}, e.Next...))
	return err
}

// ReadPage calls fn for every blob of a page and returns its end. What fn returns ends it.
func ReadPage(r io.Reader, fn func(key string, b []byte) error) (End, error) {
	var head [255]byte
	for {
		if _, err := io.ReadFull(r, head[:1]); err != nil {
			return End{}, cutOff(err)
		}
		if head[0] == 0 {
			return readEnd(r)
		}
		key := head[:head[0]]
		if _, err := io.ReadFull(r, key); err != nil {
			return End{}, cutOff(err)
		}
		name := string(key)
		if _, err := io.ReadFull(r, head[:4]); err != nil {
			return End{}, cutOff(err)
		}
		size := binary.BigEndian.Uint32(head[:4])
		if size > relay.MaxBlob {
			return End{}, fmt.Errorf("a blob of %d bytes: %w", size, ErrPage)
		}
		b, err := readN(r, int(size))
		if err != nil {
			return End{}, cutOff(err)
		}
		if err := fn(name, b); err != nil {
			return End{}, err
		}
	}
}

// readN takes no memory for bytes that were only announced.
func readN(r io.Reader, n int) ([]byte, error) {
	const trusted = 64 << 10
	if n <= trusted {
		b := make([]byte, n)
		_, err := io.ReadFull(r, b)
		return b, err
	}
	b, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err == nil && len(b) < n {
		err = io.ErrUnexpectedEOF
	}
	return b, err
}

func readEnd(r io.Reader) (e End, err error) {
	var head [3]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return e, cutOff(err)
	}
	if head[0] > 1 || head[1] < 1 || head[1] > 2 {
		return e, ErrPage
	}
	next := make([]byte, head[2])
	if _, err := io.ReadFull(r, next); err != nil {
		return e, cutOff(err)
	}
	return End{More: head[0] == 1, Role: Role(head[1]), Next: string(next)}, nil
}

func cutOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrPage
	}
	return fmt.Errorf("%w: %w", ErrPage, err)
}
