package wire

import (
	"encoding/binary"
	"errors"

	"longhand/sync/relay"
)

// Segments that are put together.
const (
	MostSegments = 64
	MaxSegments  = relay.MaxBlob + 4*MostSegments // bytes of the body
)

// ErrSegments: the bytes are no body of segments.
var ErrSegments = errors.New("not segments that were put together")

// AppendSegment adds one to a body, if there is room left in it.
func AppendSegment(body []byte, segments int, b []byte) ([]byte, bool) {
	if segments >= MostSegments || len(body)+4+len(b) > MaxSegments || len(b) == 0 {
		return body, false
	}
	return append(binary.BigEndian.AppendUint32(body, uint32(len(b))), b...), true
}

// SplitSegments takes a body apart. The segments are parts of it.
func SplitSegments(body []byte) ([][]byte, error) {
	var all [][]byte
	for len(body) > 0 {
		if len(body) < 4 || len(all) == MostSegments {
			return nil, ErrSegments
		}
		n := binary.BigEndian.Uint32(body)
		if n == 0 || uint64(n) > uint64(len(body)-4) {
			return nil, ErrSegments
		}
		all = append(all, body[4:4+n:4+n])
		body = body[4+n:]
	}
	if len(all) == 0 {
		return nil, ErrSegments
	}
	return all, nil
}
