package wire

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"longhand/sync/relay"
)

func TestAKeySaysWhatItsBlobIs(t *testing.T) {
	for _, b := range []relay.Blob{
		{Kind: relay.Segment, Author: [16]byte{1}, First: 3, Last: 1 << 60, Bytes: []byte("run")},
		{Kind: relay.Roster, Bytes: []byte("entry")},
		{Kind: relay.Seen, Author: [16]byte{2}, Bytes: []byte("seen")},
		{Kind: relay.Mail, Author: [16]byte{3}, Mailbox: [16]byte{4}, Bytes: []byte("mail")},
	} {
		got, err := ParseKey(KeyOf(b), b.Bytes)
		if err != nil || !reflect.DeepEqual(got, b) {
			t.Errorf("%s: %+v, %v", KeyOf(b), got, err)
		}
	}
	spoilt, err := ParseKey(KeyOf(relay.Blob{Kind: relay.Roster, Bytes: []byte("entry")}), []byte("entrz"))
	if err != nil || !spoilt.Damaged {
		t.Errorf("other bytes under the key: %+v, %v", spoilt, err)
	}
}

func TestAKeyThatNobodyWroteIsRefused(t *testing.T) {
	for _, key := range []string{"", "s", "r.zz", "n.ABCDEFabcdefabcdefabcdefabcdefab", "x.00", "s.00000000000000000000000000000000.01-2.00000000000000000000000000000000", "m..", "r.00000000000000000000000000000000.1"} {
		if b, err := ParseKey(key, nil); !errors.Is(err, ErrKey) {
			t.Errorf("%q: %+v, %v", key, b, err)
		}
	}
}

func page(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	for _, err := range []error{
		WriteFrame(&out, "r.1", []byte("one")), WriteFrame(&out, "s.2", bytes.Repeat([]byte{7}, 100<<10)),
		WriteEnd(&out, End{More: true, Role: Guest, Next: "here"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func TestAPageIsReadAsWritten(t *testing.T) {
	var keys []string
	size := 0
	end, err := ReadPage(bytes.NewReader(page(t)), func(key string, b []byte) error {
		keys, size = append(keys, key), size+len(b)
		return nil
	})
	if err != nil || end != (End{true, Guest, "here"}) || !reflect.DeepEqual(keys, []string{"r.1", "s.2"}) || size != 3+100<<10 {
		t.Errorf("%v %d %+v %v", keys, size, end, err)
	}
}

func TestAPageThatIsCutOffSaysSo(t *testing.T) {
	whole := page(t)
	for _, n := range []int{0, 1, 3, 6, 10, 5000, len(whole) - 5, len(whole) - 1} {
		if _, err := ReadPage(bytes.NewReader(whole[:n]), func(string, []byte) error { return nil }); !errors.Is(err, ErrPage) {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
}

func TestSegmentsPutTogetherComeApartAgain(t *testing.T) {
	var body []byte
	var want [][]byte
	for n := 0; ; n++ {
		b := bytes.Repeat([]byte{byte(n)}, n*n+1)
		more, fits := AppendSegment(body, n, b)
		if !fits {
			break
		}
		body, want = more, append(want, b)
	}
	got, err := SplitSegments(body)
	if err != nil || len(want) != MostSegments || !reflect.DeepEqual(got, want) {
		t.Errorf("%d of %d segments: %v", len(got), len(want), err)
	}
	if _, fits := AppendSegment(nil, 0, make([]byte, relay.MaxBlob)); !fits {
		t.Error("the largest segment does not fit alone")
	}
	if _, fits := AppendSegment(make([]byte, relay.MaxBlob), 1, make([]byte, 400)); fits {
		t.Error("more than a body holds fits")
	}
}

func TestABodyThatIsNotSegmentsIsRefused(t *testing.T) {
	one, _ := AppendSegment(nil, 0, []byte("one"))
	for name, b := range map[string][]byte{
		"nothing": nil, "half a length": {0, 0}, "an empty segment": {0, 0, 0, 0}, "cut off": one[:6], "a length without end": {255, 255, 255, 255, 1},
		"too many": bytes.Repeat(one, MostSegments+1),
	} {
		if got, err := SplitSegments(b); !errors.Is(err, ErrSegments) {
			t.Errorf("%s: %d segments, %v", name, len(got), err)
		}
	}
}

func FuzzSplitSegments(f *testing.F) {
	one, _ := AppendSegment(nil, 0, []byte("one"))
	two, _ := AppendSegment(one, 1, []byte("and two"))
	f.Add(one)
	f.Add(two)
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := SplitSegments(b)
		if err != nil {
			return
		}
		var again []byte
		for i, one := range all {
			again, _ = AppendSegment(again, i, one)
		}
		if !bytes.Equal(again, b) {
			t.Error("a body reads as something else than was written")
		}
	})
}

func FuzzReadPage(f *testing.F) {
	f.Add(page(f))
	f.Add([]byte{0, 1, 1, 0})
	f.Add([]byte{1, 'r', 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		end, err := ReadPage(bytes.NewReader(b), func(key string, b []byte) error { return WriteFrame(&out, key, b) })
		if err != nil {
			return
		}
		if err := WriteEnd(&out, end); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(b, out.Bytes()) {
			t.Error("a page reads as something else than was written")
		}
	})
}

func FuzzParseKey(f *testing.F) {
	f.Add("r.00000000000000000000000000000001", []byte("x"))
	f.Add("s.00000000000000000000000000000001.1-2.00000000000000000000000000000001", []byte("x"))
	f.Fuzz(func(t *testing.T, key string, b []byte) {
		got, err := ParseKey(key, b)
		if err == nil && !got.Damaged && got.Kind != relay.Roster && got.Kind != relay.Segment && KeyOf(got) != key {
			t.Errorf("%q reads as %+v", key, got)
		}
	})
}
