package relay

import "context"

// Together is a relay to which it pays to put many segments at once.
type Together interface {
	Relay

	// PutSegments puts as many of the first segments as one exchange holds, at least one, and returns how many of the first it has taken. If that is
	// not all that it tried, the error says why not the next one; those behind it may have been taken.
	PutSegments(ctx context.Context, segments []Blob) (taken int, err error)
}

// PutSegments puts segments in their order, together where the relay can, and calls taken for each that it has taken. What taken returns ends it.
func PutSegments(ctx context.Context, r Relay, segments []Blob, taken func(i int) error) error {
	together, can := r.(Together)
	for done := 0; done < len(segments); {
		n, err := 1, error(nil)
		if rest := segments[done:]; can && len(rest) > 1 {
			n, err = together.PutSegments(ctx, rest)
		} else if err = r.Put(ctx, rest[0]); err != nil {
			n = 0
		}
		for range n {
			if err := taken(done); err != nil {
				return err
			}
			done++
		}
		if err != nil {
			return err
		}
	}
	return nil
}
